use super::super::{PreparedKey, TableMemory};
use super::StoreError;
use crate::engine::backend::Backend;
use crate::engine::case::{case, prepare, randomness};
use crate::engine::prove::Prover;

#[test]
fn stored_keys_load_on_every_back_end_and_damage_is_noticed() {
    let case = case(100, 2);
    let directory = tempfile::tempdir().expect("temporary directory");
    let path = directory.path().join("keys/prepared");
    let prover = Prover::new(1).expect("threads");
    let identity = [7; 32];
    for from in Backend::available() {
        let key = prepare(&case, from, TableMemory::Standard);
        let proof = prover
            .prove(&key, &case.assignment, randomness(2))
            .expect("fits");
        key.store(&path, &identity).expect("stores");
        for to in Backend::available() {
            let loaded = PreparedKey::load(&path, &identity, to).expect("loads");
            assert_eq!(loaded.verifying_key(), &case.key.vk);
            let again = prover
                .prove(&loaded, &case.assignment, randomness(2))
                .expect("fits");
            assert_eq!(again, proof, "{from:?} to {to:?}");
        }
    }
    let load = || PreparedKey::load(&path, &identity, Backend::detect()).err();
    let other = PreparedKey::load(&path, &[8; 32], Backend::detect()).err();
    assert!(matches!(other, Some(StoreError::OtherKey { .. })));
    let bytes = std::fs::read(&path).expect("readable");
    for at in [
        0,
        8,
        50,
        60,
        90,
        110,
        2_000,
        bytes.len() / 2,
        bytes.len() - 1,
    ] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        std::fs::write(&path, damaged).expect("writable");
        assert!(load().is_some(), "byte {at}");
    }
    for length in [0, 50, 104, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).expect("writable");
        assert!(load().is_some(), "{length} bytes");
    }
    std::fs::write(&path, &bytes).expect("writable");
    assert!(load().is_none());
    // Nothing but the key is left behind.
    assert_eq!(
        std::fs::read_dir(path.parent().expect("in a directory"))
            .expect("listable")
            .count(),
        1
    );
}
