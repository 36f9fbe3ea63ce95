//! Wallets made, opened, damaged and opened by two at once.

use super::*;
use crate::{
    request::Request,
    wallet::{Fold, Intent, Prepared, Purpose, Queued, Shown, record::tests::Life},
};
use alloy::primitives::{B256, Bytes};
use repute_circuits::field::Fr;
use repute_contracts::bindings::AgentLedger;
use tempfile::TempDir;

struct Place {
    _wallets: TempDir,
    path: PathBuf,
    words: Words,
    passphrase: Passphrase,
}

fn header() -> WalletHeader {
    WalletHeader::new(31_337, Address::repeat_byte(0xaa), 2)
}

fn work() -> WorkFactor {
    WorkFactor::new(2).expect("in range")
}

/// A wallet on the disk, whose notes say that something was shown.
fn place() -> Place {
    let wallets = tempfile::tempdir().expect("a temporary directory");
    let path = wallets.path().join("wallets").join("alice");
    let words = Words::generate(&mut rand::rngs::OsRng);
    let passphrase = Passphrase::new("open sesame").expect("not empty");
    let directory =
        WalletDir::create(&path, header(), &words, &passphrase, work()).expect("it is made");
    let mut wallet = directory.wallet(&words).expect("it opens");
    wallet.notes.shown.push(Shown {
        nullifier: Fr::from(5),
        purpose: Purpose::Show {
            audience: Address::repeat_byte(2),
        },
        refresh_after: 9,
        worker: 0,
        spent: None,
    });
    wallet.notes.ratings.insert(4, 77);
    wallet.keep().expect("it is written");
    Place {
        _wallets: wallets,
        path,
        words,
        passphrase,
    }
}

impl Place {
    fn unlock(&self) -> Result<Wallet, DirectoryError> {
        WalletDir::open(&self.path)?.unlock(&self.passphrase)
    }
}

#[test]
fn what_was_kept_is_there_again() {
    let place = place();
    let wallet = place.unlock().expect("it opens");
    assert_eq!(wallet.notes.shown.len(), 1);
    assert_eq!(wallet.notes.ratings.get(&4), Some(&77));
    let agent = place
        .words
        .seed()
        .agent(31_337, Address::repeat_byte(0xaa), 2);
    assert_eq!(wallet.secrets().identity(), agent.identity());
    let wallets = place.path.parent().expect("it has one");
    fs::create_dir(wallets.join("no wallet")).expect("it is made");
    assert_eq!(WalletDir::names(wallets).expect("readable"), ["alice"]);
    assert!(
        WalletDir::names(&wallets.join("none"))
            .expect("none")
            .is_empty()
    );
}

#[test]
fn notes_of_all_kinds_are_there_again() {
    let place = place();
    let mut wallet = place.unlock().expect("it opens");
    for purpose in [
        Purpose::Take { post_id: 4 },
        Purpose::Settle { post_id: 4 },
        Purpose::Refresh,
        Purpose::Forgotten,
    ] {
        wallet.notes.shown.push(Shown {
            purpose,
            spent: Some(1),
            ..wallet.notes.shown[0]
        });
        wallet.notes.journal.push(Prepared {
            nullifier: Fr::from(5),
            commitment: Fr::from(6),
            purpose,
            request: Request::new(1, Address::ZERO, &AgentLedger::rootCall {}),
            prepared_at: 8,
            done: None,
        });
    }
    let gate_data = Bytes::from_static(&[1]);
    let (post_id, fold) = (5, Fold::default());
    let intents = [
        Intent::Register { gate_data },
        Intent::take(4),
        Intent::submit(4, B256::repeat_byte(3)),
        Intent::settle(4),
        Intent::Fold { post_id, fold },
        Intent::Refresh,
    ];
    wallet.notes.queue.extend(intents.map(|intent| Queued {
        nullifier: (intent == Intent::Refresh).then_some(Fr::from(7)),
        done: Some(3),
        intent,
    }));
    wallet.notes.workers.insert(4, 1);
    wallet.keep().expect("it is written");
    let notes = wallet.notes.clone();
    drop(wallet);
    assert_eq!(place.unlock().expect("it opens").notes, notes);
}

#[test]
fn where_notes_are_lost_the_state_counts_as_shown() {
    let life = Life::lived(0, 40);
    let wallets = tempfile::tempdir().expect("a temporary directory");
    let path = wallets.path().join("alice");
    let passphrase = Passphrase::new("open sesame").expect("not empty");
    let header = WalletHeader::new(life.log.chain_id(), life.log.ledger(), 0);
    let made = WalletDir::create(&path, header, &life.words, &passphrase, work());
    let open = || WalletDir::open(&path).and_then(|directory| directory.wallet(&life.words));
    let shown = |wallet: &Wallet| {
        let shown = wallet.shown().expect("registered");
        shown.map(|shown| shown.purpose)
    };
    // Words that had a life before, as after a recovery.
    let mut wallet = made
        .expect("it is made")
        .wallet(&life.words)
        .expect("it opens");
    wallet.sync(&life.log).expect("it follows");
    assert_eq!(shown(&wallet), Some(Purpose::Forgotten));
    wallet.notes.shown.clear();
    wallet.keep().expect("it is written");
    drop(wallet);
    let mut wallet = open().expect("with its notes");
    wallet.sync(&life.log).expect("it follows");
    assert_eq!(shown(&wallet), None);
    drop(wallet);
    fs::remove_file(path.join(NOTES)).expect("it was there");
    for _ in 0..2 {
        // It is not forgotten again, whenever the process ends.
        let mut wallet = open().expect("without them");
        wallet.sync(&life.log).expect("it follows");
        assert_eq!(shown(&wallet), Some(Purpose::Forgotten));
    }
}

#[test]
fn one_program_at_a_time() {
    let place = place();
    let wallet = place.unlock().expect("it opens");
    let second = WalletDir::open(&place.path);
    assert!(
        matches!(second, Err(DirectoryError::InUse(_))),
        "{second:?}"
    );
    drop(wallet);
    place.unlock().expect("the first has ended");
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&place.path), 0o700);
    for file in [WORDS, HEADER, NOTES] {
        assert_eq!(mode(&place.path.join(file)), 0o600, "{file}");
    }
    let notes = fs::read(place.path.join(NOTES)).expect("there");
    assert!(!notes.windows(5).any(|bytes| bytes == b"shown"));
}

#[test]
fn the_passphrase_is_changed_and_a_wrong_one_refused() {
    let place = place();
    let new = Passphrase::new("new").expect("not empty");
    let directory = WalletDir::open(&place.path).expect("it opens");
    directory
        .change_passphrase(&place.passphrase, &new, work())
        .expect("it is changed");
    drop(directory);
    let old = place.unlock();
    assert!(
        matches!(
            old,
            Err(DirectoryError::Unlock {
                source: UnlockError::WrongPassphrase,
                ..
            })
        ),
        "{old:?}"
    );
    let words = WalletDir::open(&place.path)
        .and_then(|directory| directory.words(&new))
        .expect("the new one");
    assert_eq!(*words.phrase(), *place.words.phrase());
}

#[test]
fn nothing_is_made_over_another_wallet_nor_read_where_there_is_none() {
    let place = place();
    let again = WalletDir::create(
        &place.path,
        header(),
        &place.words,
        &place.passphrase,
        work(),
    );
    assert!(matches!(again, Err(DirectoryError::Exists(_))), "{again:?}");
    let none = WalletDir::open(&place.path.with_file_name("bob"));
    assert!(matches!(none, Err(DirectoryError::Missing(_))), "{none:?}");
    // As a crash while it was made would leave it.
    for file in [HEADER, WORDS] {
        fs::remove_file(place.path.join(file)).expect("it was there");
        let part = WalletDir::open(&place.path).and_then(|d| d.words(&place.passphrase));
        assert!(
            matches!(part, Err(DirectoryError::Incomplete { .. })),
            "{file}: {part:?}"
        );
        if file == HEADER {
            let json = header().to_json();
            fs::write(place.path.join(HEADER), json).expect("it is written");
        }
    }
}

#[test]
fn damaged_and_foreign_files_are_refused_and_left_alone() {
    let place = place();
    let notes = place.path.join(NOTES);
    let whole = fs::read(&notes).expect("there");
    for length in [0, 10, 30, whole.len() - 1] {
        fs::write(&notes, &whole[..length]).expect("it is written");
        let refused = place.unlock();
        assert!(
            matches!(refused, Err(DirectoryError::Notes(_))),
            "{length}: {refused:?}"
        );
        assert_eq!(fs::read(&notes).expect("there"), &whole[..length]);
    }
    for index in [3, 25, 60, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[index] ^= 1;
        fs::write(&notes, &changed).expect("it is written");
        let refused = place.unlock();
        assert!(
            matches!(refused, Err(DirectoryError::Notes(_))),
            "{index}: {refused:?}"
        );
    }
    fs::write(&notes, &whole).expect("it is written");
    place.unlock().expect("whole again");

    // Another agent of the same words.
    let file = place.path.join(HEADER);
    let other = WalletHeader {
        index: 3,
        ..header()
    };
    fs::write(&file, other.to_json()).expect("it is written");
    let refused = place.unlock();
    assert!(
        matches!(refused, Err(DirectoryError::Notes(_))),
        "{refused:?}"
    );
    fs::write(&file, &header().to_json()[..20]).expect("it is written");
    let refused = place.unlock();
    assert!(
        matches!(refused, Err(DirectoryError::Header { .. })),
        "{refused:?}"
    );
    fs::write(&file, header().to_json()).expect("it is written");

    // Without notes the wallet begins with none.
    fs::remove_file(&notes).expect("it was there");
    let wallet = place.unlock().expect("it opens");
    assert_eq!(wallet.notes(), &Notes::default());
    drop(wallet);
    let huge = File::create(place.path.join(WORDS)).expect("it is made");
    huge.set_len(1 << 30).expect("it grows");
    let refused = place.unlock();
    assert!(
        matches!(refused, Err(DirectoryError::Disk { .. })),
        "{refused:?}"
    );
}
