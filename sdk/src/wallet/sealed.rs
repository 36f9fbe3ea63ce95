//! Bytes that only the holder of a key can read or replace: XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03), whose nonces are long enough to be drawn at random.

use chacha20poly1305::{
    AeadCore, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, OsRng, Payload},
};
use zeroize::Zeroizing;

/// What such a file begins with; authenticated with the rest.
const MAGIC: &[u8] = b"repute wallet notes v1\n";
/// Bytes of a nonce.
const NONCE: usize = 24;

/// `MAGIC ‖ nonce ‖ ciphertext ‖ tag`.
pub(super) fn seal(key: &[u8; 32], bytes: &[u8]) -> Vec<u8> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let payload = Payload {
        msg: bytes,
        aad: MAGIC,
    };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&nonce, payload)
        .expect("below the cipher's limit of 256 GiB");
    [MAGIC, &nonce, &sealed].concat()
}

/// What was sealed; `None` where one bit of it or of the key differs.
pub(super) fn open(key: &[u8; 32], file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = file.strip_prefix(MAGIC)?.split_first_chunk::<NONCE>()?;
    let payload = Payload {
        msg: sealed,
        aad: MAGIC,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}
