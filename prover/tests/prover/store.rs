//! The key cache: what is stored is found again, and what is damaged is noticed.

use crate::common::keys;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::shape::{Digest, Shape};
use repute_circuits::statement::{Completion, Refresh, Statement, Window};
use repute_prover::engine::TableMemory;
use repute_prover::keys::store::{Corruption, HEADER, load, save};
use repute_prover::keys::{Keys, KeysError, dev};
use repute_prover::{DeferredKeys, Event, Provenance, Store, StoreError, prove};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

/// An empty store and the place of completion's keys in it.
fn empty() -> (TempDir, Store, PathBuf) {
    let directory = TempDir::new().expect("a temporary directory");
    let store = Store::at(directory.path().join("cache"));
    let shape = Shape::of::<Completion>().expect("the circuit lays out");
    let path = store.development_path(&shape);
    (directory, store, path)
}

/// Loads or makes completion's keys and tells the events by name.
fn load_or_generate(store: &Store) -> (Keys<Completion>, Vec<String>) {
    let events = Mutex::new(Vec::new());
    let progress = |event: Event<'_>| {
        let text = match event {
            Event::Preparing { .. } => return,
            Event::Generating { .. } => "generating".to_owned(),
            Event::Storing { .. } => "storing".to_owned(),
            Event::Ready { .. } => "ready".to_owned(),
            Event::SetAside { reason, .. } => format!("set aside: {reason}"),
            Event::NotCached { .. } => "not cached".to_owned(),
            other => format!("{other:?}"),
        };
        events.lock().expect("no test panics here").push(text);
    };
    let keys = store
        .load_or_generate(&progress)
        .expect("the circuit lays out");
    (keys, events.into_inner().expect("no test panics here"))
}

const MADE: [&str; 3] = ["generating", "storing", "ready"];

#[test]
fn keys_are_made_once_and_then_loaded() {
    let (_directory, store, path) = empty();
    let (made, events) = load_or_generate(&store);
    assert_eq!(events, MADE);
    assert!(path.to_string_lossy().contains("completion"));
    assert!(path.to_string_lossy().contains("INSECURE"));
    let (loaded, events) = load_or_generate(&store);
    assert!(events.is_empty());
    assert_eq!(loaded.proving(), made.proving());
    assert_eq!(loaded.provenance(), Provenance::Development);
}

#[test]
fn development_keys_are_the_same_everywhere() {
    // Changes when the circuit of completion changes, and at no other time.
    let pinned = "sha256:e34058266398def49187afd01d11317f917001136bd672f8dfc79fd905ae63c4";
    assert_eq!(keys::<Completion>().verifying().hash().to_string(), pinned);
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread pool");
    let again = one_thread
        .install(dev::generate::<Completion>)
        .expect("the circuit lays out");
    assert_eq!(again.proving(), keys::<Completion>().proving());
}

#[test]
fn a_verifying_key_alone_is_that_of_the_keys() {
    fn check<S: Statement>() {
        let (alone, circuit) = dev::verifying_key::<S>().expect("the circuit lays out");
        assert_eq!(&alone, keys::<S>().verifying());
        assert_eq!(circuit, keys::<S>().circuit_hash());
    }
    check::<Completion>();
    check::<Refresh>();
    check::<Window<16>>();
}

#[test]
fn deferred_keys_are_made_when_they_are_loaded() {
    let (_directory, store, path) = empty();
    let deferred = DeferredKeys::<Completion>::new(store).expect("the circuit lays out");
    assert_eq!(deferred.verifying(), keys::<Completion>().verifying());
    assert_eq!(deferred.circuit_hash(), keys::<Completion>().circuit_hash());
    assert!(!path.exists());
    let first = deferred.load(&()).expect("the circuit lays out");
    assert!(path.exists());
    assert_eq!(first.verifying(), deferred.verifying());
    fs::remove_file(&path).expect("the file is there");
    let again = deferred.load(&()).expect("nothing is left to do");
    assert!(std::ptr::eq(first, again));
    assert!(!path.exists());
}

/// The reason for which `load` refuses the file.
fn corruption<S: Statement>(path: &Path) -> Corruption {
    match load::<S>(path) {
        Err(StoreError::Corrupt {
            path: named,
            reason,
        }) => {
            assert_eq!(named, path);
            reason
        }
        other => panic!("expected damage, got {other:?}"),
    }
}

#[test]
fn damage_is_named_put_aside_and_repaired() {
    let (_directory, store, path) = empty();
    let (made, _) = load_or_generate(&store);
    let good = fs::read(&path).expect("it was stored");
    let length = good.len() as u64;
    let changed = |at: usize, to: u8| {
        let mut bytes = good.clone();
        bytes[at] ^= to;
        bytes
    };
    let cut = |to: usize| Corruption::Length {
        found: to as u64,
        expected: length,
    };
    let no_header = |found: usize| Corruption::Length {
        found: found as u64,
        expected: HEADER as u64,
    };
    // The body's length, one less or more.
    let other_body = Corruption::Length {
        found: length,
        expected: HEADER as u64 + ((length - HEADER as u64) ^ 1),
    };
    let circuit = |at: usize, to: u8| {
        let mut found = made.circuit_hash();
        found.0[at] ^= to;
        Corruption::Circuit {
            found,
            expected: made.circuit_hash(),
        }
    };
    let cases = [
        (Vec::new(), no_header(0)),
        (good[..7].to_vec(), no_header(7)),
        (good[..HEADER - 1].to_vec(), no_header(HEADER - 1)),
        (good[..HEADER].to_vec(), cut(HEADER)),
        (good[..good.len() - 1].to_vec(), cut(good.len() - 1)),
        ([&good[..], &[0]].concat(), cut(good.len() + 1)),
        (changed(0, 1), Corruption::Magic),
        (changed(16, 3), Corruption::Version(2)),
        (changed(20, 7), Corruption::Provenance),
        (changed(21, 1), Corruption::Provenance),
        (changed(53, 1), Corruption::Checksum),
        (changed(85, 1), circuit(0, 1)),
        (changed(117, 1), other_body),
        (changed(HEADER - 1, 1), Corruption::Checksum),
        (changed(HEADER, 1), Corruption::Checksum),
        (changed(good.len() - 1, 1), Corruption::Checksum),
    ];
    for (bytes, reason) in cases {
        fs::write(&path, &bytes).expect("the store is writable");
        assert_eq!(corruption::<Completion>(&path), reason);
    }

    // One of them, through the cache: told, kept and made anew.
    let bytes = changed(HEADER, 1);
    fs::write(&path, &bytes).expect("the store is writable");
    let (keys, events) = load_or_generate(&store);
    assert_eq!(keys.proving(), made.proving());
    assert_eq!(events[0], "set aside: its checksum is wrong");
    assert_eq!(events[1..], MADE);
    let aside = format!("{}.corrupt", path.display());
    assert_eq!(fs::read(aside).expect("it was kept"), bytes);
    assert_eq!(fs::read(&path).expect("it was stored anew"), good);
}

#[test]
fn damaged_tables_are_put_aside_and_made_anew() {
    let (_directory, store, path) = empty();
    load_or_generate(&store);
    let tables = path.with_extension("prepared");
    let good = fs::read(&tables).expect("they were stored");
    let mut bytes = good.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    for bad in [&bytes[..], &good[..middle], &[]] {
        fs::write(&tables, bad).expect("the store is writable");
        let (_, events) = load_or_generate(&store);
        let [told, ready] = &events[..] else {
            panic!("{events:?}")
        };
        assert!(told.starts_with("set aside: "), "{told}");
        assert_eq!(ready, "ready");
        assert_eq!(fs::read(&tables).expect("they were stored"), good);
    }
}

#[test]
fn smaller_tables_prove_the_same() {
    let (_directory, store, path) = empty();
    load_or_generate(&store);
    let store = store.with_table_memory(TableMemory::Minimal);
    let (keys, events) = load_or_generate(&store);
    assert_eq!(events, ["ready"]);
    let sizes = ["prepared", "prepared-minimal"].map(|extension| {
        fs::metadata(path.with_extension(extension))
            .expect("stored")
            .len()
    });
    assert!(sizes[1] * 2 < sizes[0], "{sizes:?}");
    let statement = crate::common::completion();
    let proof = |keys: &Keys<Completion>| {
        prove(keys, &statement, &mut ChaCha20Rng::seed_from_u64(3)).expect("it is true")
    };
    assert_eq!(proof(&keys), proof(&crate::common::keys()));
}

#[test]
fn keys_of_another_statement_are_refused() {
    let (_directory, store, path) = empty();
    let (made, _) = load_or_generate(&store);
    let expected = Shape::of::<Refresh>()
        .expect("the circuit lays out")
        .circuit_hash();
    assert_eq!(
        corruption::<Refresh>(&path),
        Corruption::Circuit {
            found: made.circuit_hash(),
            expected
        }
    );
}

#[test]
fn what_cannot_be_written_or_read_is_told() {
    let (directory, _, _) = empty();
    let file = directory.path().join("file");
    fs::write(&file, "in the way").expect("the directory is writable");
    let (keys, events) = load_or_generate(&Store::at(&file));
    assert_eq!(events, ["generating", "storing", "not cached", "ready"]);
    assert!(matches!(
        save(&file.join("keys"), &keys),
        Err(StoreError::Io {
            action: "written",
            ..
        })
    ));
    let missing = directory.path().join("none");
    assert!(
        matches!(load::<Completion>(&missing), Err(StoreError::Missing(path)) if path == missing)
    );
    assert!(matches!(
        load::<Completion>(directory.path()),
        Err(StoreError::Io { action: "read", .. })
    ));
}

#[test]
fn ceremony_keys_keep_their_provenance_and_never_pass_for_development_keys() {
    let (_directory, store, path) = empty();
    let provenance = Provenance::Ceremony {
        transcript: Digest([9; 32]),
    };
    let shape = Shape::of::<Completion>().expect("the circuit lays out");
    let proving = keys::<Completion>().proving().clone();
    let keys = Keys::<Completion>::new(shape, proving, provenance).expect("the sizes fit");
    save(&path, &keys).expect("the directory is writable");
    let loaded = load::<Completion>(&path).expect("it was saved");
    assert_eq!(loaded.provenance(), provenance);
    let (made, events) = load_or_generate(&store);
    assert_eq!(made.provenance(), Provenance::Development);
    assert_eq!(events[0], "set aside: its keys are not development keys");
}

#[test]
fn pinned_keys_are_the_ones_with_the_hash() {
    let keys = keys::<Completion>();
    let found = keys.verifying().hash();
    let expected = Digest([1; 32]);
    assert_eq!(
        keys.clone().pinned(expected).expect_err("another hash"),
        KeysError::NotPinned { expected, found }
    );
    assert!(keys.pinned(found).is_ok());
}

#[test]
fn bad_keys_are_not_saved() {
    let (directory, _, _) = empty();
    let shape = Shape::of::<Completion>().expect("the circuit lays out");
    let mut proving = keys::<Completion>().proving().clone();
    proving.h_query[3].y += ark_bn254::Fq::from(1);
    let keys = Keys::<Completion>::new(shape.clone(), proving, Provenance::Development)
        .expect("the sizes fit");
    assert!(matches!(
        save(&directory.path().join("keys"), &keys),
        Err(StoreError::Keys(KeysError::Point { query: "H", .. }))
    ));
    let mut proving = crate::common::keys::<Completion>().proving().clone();
    proving.l_query.pop();
    assert!(matches!(
        Keys::<Completion>::new(shape, proving, Provenance::Development),
        Err(KeysError::Size { query: "L", .. })
    ));
}

#[test]
fn many_at_once_agree() {
    let (_directory, store, _) = empty();
    let runs: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| load_or_generate(&store)))
            .collect();
        handles
            .into_iter()
            .map(|h| h.join().expect("no thread panics"))
            .collect()
    });
    assert_eq!(
        runs.iter().filter(|(_, events)| !events.is_empty()).count(),
        1
    );
    assert!(
        runs.iter()
            .all(|(keys, _)| keys.proving() == runs[0].0.proving())
    );
}
