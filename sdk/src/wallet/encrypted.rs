//! The 24 words at rest: encrypted under a passphrase in the age format.
//!
//! The file is an armored [age](https://age-encryption.org/v1) file with one scrypt recipient, whose
//! plain text is the words and a newline. `age` and `rage` open it as well: `age -d words.age`.

use super::{Words, secrets::InvalidWords};
use age::{
    DecryptError, Decryptor, EncryptError, Encryptor,
    armor::{ArmoredReader, ArmoredWriter, Format},
    scrypt,
    secrecy::SecretString,
};
use std::{
    fmt,
    io::{self, Read, Write},
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// No plain text is longer: 24 words of at most 8 letters with their separators.
const LONGEST: u64 = 1024;

/// What the words are encrypted under. Wiped when dropped, and kept out of debug output.
///
/// An empty one is refused; how hard it is to guess is its owner's choice.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(String);

/// A passphrase without a character in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the passphrase is empty; choose one that nobody can guess")]
pub struct EmptyPassphrase;

impl Passphrase {
    /// A passphrase as it was typed, or read from a file without its line's end.
    ///
    /// # Errors
    /// [`EmptyPassphrase`].
    pub fn new(text: impl Into<String>) -> Result<Self, EmptyPassphrase> {
        let passphrase = Self(text.into());
        match passphrase.0.is_empty() {
            true => Err(EmptyPassphrase),
            false => Ok(passphrase),
        }
    }

    fn to_secret(&self) -> SecretString {
        SecretString::from(self.0.clone())
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// How dear each guess at a passphrase is: scrypt with N = 2^n, r = 8, p = 1 (RFC 7914), which takes
/// 2^(n + 10) bytes of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkFactor(u8);

/// A work factor out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a work factor of {0} is out of range; choose 1 to {most}, 18 unless there is a reason", most = WorkFactor::MOST.0)]
pub struct InvalidWorkFactor(u8);

impl WorkFactor {
    /// 2^18, as the age tools choose it: about a second and 256 MiB.
    pub const DEFAULT: Self = Self(18);
    /// 2^20: some seconds and 1 GiB. Files that ask for more are refused unread.
    pub const MOST: Self = Self(20);

    /// N = 2^`n`. Below 18 is for tests and for machines without the memory.
    ///
    /// # Errors
    /// [`InvalidWorkFactor`] unless 1 <= `n` <= 20.
    pub fn new(n: u8) -> Result<Self, InvalidWorkFactor> {
        match n {
            1..=20 => Ok(Self(n)),
            _ => Err(InvalidWorkFactor(n)),
        }
    }
}

impl Default for WorkFactor {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Words under a passphrase: the text of a file that may lie on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedWords(String);

/// Why encrypted words are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// The passphrase is another one.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Guessing would be dearer than this program affords.
    #[error(
        "the file asks for a work factor of {required}, and this program spends {most} at most: it was \
         not made here; decrypt it with age and import the words",
        most = WorkFactor::MOST.0
    )]
    TooMuchWork {
        /// The file's.
        required: u8,
    },
    /// Made for a key, not for a passphrase.
    #[error(
        "the file is encrypted to a key, not under a passphrase; decrypt it with age and import the words"
    )]
    NoPassphrase,
    /// No age file, or part of one.
    #[error(
        "this is not a file of encrypted words, or it is cut off or damaged ({0}); restore it from a copy, or \
         recover the wallet from the 24 words"
    )]
    Damaged(String),
    /// Something else is in it.
    #[error("what is encrypted is no secret of 24 words: {0}")]
    Words(#[from] InvalidWords),
}

impl EncryptedWords {
    /// Encrypts words under a passphrase. Takes as long as the work factor says.
    #[must_use]
    pub fn lock(words: &Words, passphrase: &Passphrase, work: WorkFactor) -> Self {
        let mut recipient = scrypt::Recipient::new(passphrase.to_secret());
        recipient.set_work_factor(work.0);
        let mut text = Zeroizing::new(words.phrase().as_bytes().to_vec());
        text.push(b'\n');
        let armored =
            encrypt(&recipient, &text).expect("one recipient, and a vector takes all bytes");
        Self(String::from_utf8(armored).expect("armor is ASCII"))
    }

    /// What a file holds; it is looked at when it is unlocked.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// The file's text.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.0
    }

    /// Decrypts the words. Takes as long as the work factor says.
    ///
    /// # Errors
    /// [`UnlockError`].
    pub fn unlock(&self, passphrase: &Passphrase) -> Result<Words, UnlockError> {
        let damaged = |error: io::Error| UnlockError::Damaged(error.to_string());
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(self.0.as_bytes()))
            .map_err(|error| UnlockError::Damaged(error.to_string()))?;
        if !decryptor.is_scrypt() {
            return Err(UnlockError::NoPassphrase);
        }
        let mut identity = scrypt::Identity::new(passphrase.to_secret());
        identity.set_max_work_factor(WorkFactor::MOST.0);
        let plain = decryptor
            .decrypt(std::iter::once(&identity as &dyn age::Identity))
            .map_err(|error| match error {
                DecryptError::ExcessiveWork { required, .. } => {
                    UnlockError::TooMuchWork { required }
                }
                DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                    UnlockError::WrongPassphrase
                }
                other => UnlockError::Damaged(other.to_string()),
            })?;
        let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize));
        plain
            .take(LONGEST)
            .read_to_string(&mut text)
            .map_err(damaged)?;
        Ok(Words::parse(&text)?)
    }
}

fn encrypt(recipient: &scrypt::Recipient, text: &[u8]) -> Result<Vec<u8>, EncryptError> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient))?;
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armor)?;
    writer.write_all(text)?;
    Ok(writer.finish()?.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text).expect("not empty")
    }

    fn locked() -> (Words, EncryptedWords) {
        let words = Words::generate(&mut rand::rngs::OsRng);
        let work = WorkFactor::new(2).expect("in range");
        let locked = EncryptedWords::lock(&words, &passphrase("open sesame"), work);
        (words, locked)
    }

    #[test]
    fn the_passphrase_and_no_other_gives_the_words_back() {
        let (words, locked) = locked();
        let unlocked = locked
            .unlock(&passphrase("open sesame"))
            .expect("the right one");
        assert_eq!(*unlocked.phrase(), *words.phrase());
        for wrong in ["open sesam", "Open sesame", "open sesame\n"] {
            let refused = locked.unlock(&passphrase(wrong));
            assert!(
                matches!(refused, Err(UnlockError::WrongPassphrase)),
                "{refused:?}"
            );
        }
        assert_eq!(Passphrase::new("").err(), Some(EmptyPassphrase));
        assert_eq!(format!("{:?}", passphrase("a")), "Passphrase(…)");
        for word in words.phrase().split(' ').filter(|word| word.len() > 5) {
            assert!(!locked.as_text().contains(word));
        }
        let again = EncryptedWords::lock(&words, &passphrase("open sesame"), WorkFactor(2));
        assert_ne!(again, locked, "the same words never look the same");
    }

    /// Written by the Go program age 1.1.1: `age -p -a` of "abandon … abandon art" and a newline.
    #[test]
    fn a_file_of_another_implementation_opens() {
        let theirs = EncryptedWords::from_text(include_str!("encrypted/age-1.1.1.age").to_owned());
        let words = theirs
            .unlock(&passphrase("correct horse"))
            .expect("the right one");
        assert_eq!(*words.phrase(), format!("{}art", "abandon ".repeat(23)));
    }

    #[test]
    fn files_cut_off_or_changed_anywhere_are_refused() {
        let (_, locked) = locked();
        let text = locked.as_text();
        for length in 0..text.len() - 1 {
            let cut = EncryptedWords::from_text(text[..length].to_owned());
            let refused = cut.unlock(&passphrase("open sesame"));
            assert!(refused.is_err(), "{length} bytes of {}", text.len());
        }
        for index in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = EncryptedWords::from_text(String::from_utf8(changed).expect("ASCII"));
            let refused = changed.unlock(&passphrase("open sesame"));
            assert!(refused.is_err(), "byte {index}");
        }
        let other = EncryptedWords::from_text("{}".to_owned()).unlock(&passphrase("a"));
        assert!(matches!(other, Err(UnlockError::Damaged(_))), "{other:?}");
    }

    #[test]
    fn what_is_not_made_here_is_refused_with_its_reason() {
        let open = passphrase("a");
        let mut header = age::encrypt(&recipient(2), b"words").expect("it encrypts");
        let end = header
            .windows(3)
            .position(|bytes| bytes == b" 2\n")
            .expect("the work factor");
        header.splice(end + 1..end + 2, *b"21");
        let dear = armored(&header).unlock(&open);
        assert!(
            matches!(dear, Err(UnlockError::TooMuchWork { required: 21 })),
            "{dear:?}"
        );
        let other = age::encrypt(&recipient(2), b"no words").expect("it encrypts");
        let other = armored(&other).unlock(&open);
        assert!(
            matches!(other, Err(UnlockError::Words(InvalidWords::Count(2)))),
            "{other:?}"
        );
        let key = age::x25519::Identity::generate().to_public();
        let keyed = age::encrypt(&key, b"words").expect("it encrypts");
        let keyed = armored(&keyed).unlock(&open);
        assert!(matches!(keyed, Err(UnlockError::NoPassphrase)), "{keyed:?}");
        for n in [0, 21, 255] {
            assert_eq!(WorkFactor::new(n), Err(InvalidWorkFactor(n)));
        }
    }

    fn recipient(n: u8) -> scrypt::Recipient {
        let mut recipient = scrypt::Recipient::new(passphrase("a").to_secret());
        recipient.set_work_factor(n);
        recipient
    }

    fn armored(file: &[u8]) -> EncryptedWords {
        let mut armor =
            ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).expect("it writes");
        armor.write_all(file).expect("it writes");
        let text = armor.finish().expect("it writes");
        EncryptedWords::from_text(String::from_utf8(text).expect("ASCII"))
    }
}
