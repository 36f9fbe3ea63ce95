//! Private ratings: a reviewer signs one for a delivered job, and only the agent sees it.

use crate::{
    document::{Document, DocumentError},
    log::Job,
};
use alloy::primitives::{B256, hex};
use repute_circuits::{
    binding,
    eddsa::{
        InvalidSignature, PrivateKey, PublicKey, PublicKeyError, Signature, SignatureError,
        Unverified,
    },
    field::Fr,
    state::MAX_RATING,
    statement::settle::{Review, review_message},
};
use serde::{Deserialize, Serialize};

/// Who rates in private: the holder of a Baby Jubjub key that a post names by its digest.
#[derive(Debug)]
pub struct Reviewer(PrivateKey);

/// A signed private rating, as the reviewer gives it to the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedReview {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// The job's number on the board.
    pub post_id: u64,
    /// The rating, 0..=100.
    pub rating: u8,
    /// The reviewer's public key, 32 bytes in `@zk-kit/eddsa-poseidon`'s packed form, hexadecimal.
    pub key: String,
    /// The signature, 64 bytes in the same package's packed form, hexadecimal.
    pub signature: String,
}

/// A rating that the agent cannot use.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// No review at all.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Not hexadecimal bytes of the right length.
    #[error("the review's {0} is not {1} bytes in hexadecimal")]
    Bytes(&'static str, usize),
    /// Out of range.
    #[error("a rating is 0 to 100, not {0}")]
    Rating(u8),
    /// The job is another one.
    #[error("the review is of job {0}, not of job {1}")]
    OtherJob(u64, u64),
    /// Nothing is delivered.
    #[error("nothing was submitted for job {0} yet; a review names the deliverable")]
    NothingSubmitted(u64),
    /// The post names no reviewer, or another.
    #[error("the post of job {0} does not name this reviewer; the rating cannot be used")]
    OtherReviewer(u64),
    /// The key is none.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
    /// The signature is none.
    #[error(transparent)]
    Encoding(#[from] SignatureError),
    /// The signature is not of this rating of this job.
    #[error(transparent)]
    Signature(#[from] InvalidSignature),
}

impl Reviewer {
    /// A reviewer with its key, such as [`Seed::reviewer`](crate::wallet::Seed::reviewer)'s.
    #[must_use]
    pub fn new(key: PrivateKey) -> Self {
        Self(key)
    }

    /// `P_2(Ax, Ay)`: how a post names this reviewer.
    #[must_use]
    pub fn digest(&self) -> Fr {
        self.0.public_key().digest()
    }

    /// Rates a job that was delivered.
    ///
    /// # Errors
    /// [`ReviewError::Rating`], [`ReviewError::NothingSubmitted`], [`ReviewError::OtherReviewer`].
    pub fn sign(&self, job: &Job, rating: u8) -> Result<SignedReview, ReviewError> {
        let delivered = delivered(job)?;
        if rating > MAX_RATING {
            return Err(ReviewError::Rating(rating));
        }
        if job.post.terms.reviewer != Some(self.digest()) {
            return Err(ReviewError::OtherReviewer(job.post_id));
        }
        let message = review_message(job.key, binding::deliverable(delivered), rating);
        Ok(SignedReview {
            format: SignedReview::FORMAT,
            post_id: job.post_id,
            rating,
            key: hex::encode(self.0.public_key().to_bytes()),
            signature: hex::encode(self.0.sign(message).to_bytes()),
        })
    }
}

impl Document for SignedReview {
    const KIND: &'static str = "a review";
    const FORMAT: u32 = 1;
    type Error = ReviewError;
}

impl SignedReview {
    /// Checks the review against the job, as the circuit will.
    ///
    /// # Errors
    /// [`ReviewError`] for the first thing that makes it unusable.
    pub fn open(&self, job: &Job) -> Result<Review, ReviewError> {
        if self.post_id != job.post_id {
            return Err(ReviewError::OtherJob(self.post_id, job.post_id));
        }
        if self.rating > MAX_RATING {
            return Err(ReviewError::Rating(self.rating));
        }
        let delivered = delivered(job)?;
        let key = PublicKey::from_bytes(decode("key", &self.key)?)?;
        let signature = Signature::from_bytes(decode("signature", &self.signature)?)?;
        if job.post.terms.reviewer != Some(key.digest()) {
            return Err(ReviewError::OtherReviewer(job.post_id));
        }
        let message = review_message(job.key, binding::deliverable(delivered), self.rating);
        key.verify(message, &signature)?;
        Ok(Review {
            rating: self.rating,
            signature: Unverified::new(&key, &signature),
        })
    }
}

fn delivered(job: &Job) -> Result<B256, ReviewError> {
    job.submitted
        .map(|submitted| submitted.deliverable)
        .ok_or(ReviewError::NothingSubmitted(job.post_id))
}

fn decode<const N: usize>(name: &'static str, text: &str) -> Result<[u8; N], ReviewError> {
    hex::decode_to_array(text).map_err(|_| ReviewError::Bytes(name, N))
}
