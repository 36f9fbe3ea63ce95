//! What a database holds, after additions and cuts.

use super::*;
use crate::log::{
    Leaf, Log,
    invented::{BOARD, CHAIN, LEDGER},
};
use repute_circuits::field::to_word;

const SOURCE: Source = Source {
    chain_id: CHAIN,
    ledger: LEDGER,
    board: BOARD,
    first_block: 0,
};

fn block(number: u64) -> Head {
    Head {
        number,
        hash: B256::with_last_byte(number as u8),
        time: number,
    }
}

/// Registers agents up to `leaves`, in block `number`.
fn grow(log: &mut Log, number: u64, leaves: u64) {
    let records = (log.leaf_count()..leaves).map(|index| registration(index, number));
    let records = records.collect();
    assert!(log.keep(records, block(number)).expect("it fits"));
}

fn same(left: &Index, right: &Index) {
    assert_eq!(left.trees.len(), right.trees.len());
    for (left, right) in left.trees.iter().zip(&right.trees) {
        assert_eq!((&left.nodes, left.filled), (&right.nodes, right.filled));
    }
    assert_eq!(left.roots, right.roots);
    assert_eq!(left.identities, right.identities);
}

/// Sizes around those of pages and their parents.
const SIZES: [u64; 12] = [1, 2, 3, 127, 128, 129, 255, 256, 257, 300, 511, 640];

/// The registration that inserts a leaf, in a block.
fn registration(index: u64, number: u64) -> Record {
    let mut event = Log::invented().registered(Fr::from(index + 1));
    event.index = alloy::primitives::U256::from(index);
    let mut record = Log::record(LEDGER, &event);
    record.block = number;
    record.block_hash = block(number).hash;
    record.time = Some(block(number).time);
    record
}

#[test]
fn of_two_at_one_file_the_second_writes_nothing_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.sqlite");
    let open = || Log::open_source(&path, SOURCE).expect("files are shared");
    let (mut first, mut second) = (open(), open());
    grow(&mut first, 1, 3);
    let late = vec![registration(0, 1)];
    assert!(!second.keep(late, block(1)).expect("it is told"));
    assert_eq!((second.leaf_count(), second.head()), (0, None), "forgotten");
    same(&open().index, &first.index);
}

#[test]
fn what_is_kept_is_what_was_read() {
    let mut log = Log::invented();
    for (number, leaves) in (1..).zip(SIZES) {
        grow(&mut log, number, leaves);
        let store = log.store.get_mut().expect("no panics");
        same(&store.load(&SOURCE).expect("whole"), &log.index);
        assert_eq!(store.position().expect("whole").head, Some(block(number)));
    }
}

#[test]
fn going_back_leaves_what_was_there() {
    for (back, kept) in (1..).zip(SIZES) {
        let mut log = Log::invented();
        let mut then = Log::invented();
        for (number, leaves) in (1..).zip(SIZES) {
            grow(&mut log, number, leaves);
            if number <= back {
                grow(&mut then, number, leaves);
            }
        }
        let store = log.store.get_mut().expect("no panics");
        let index = store.go_back(&SOURCE, Some(block(back))).expect("whole");
        same(&index, &then.index);
        let newest = store.block_below(u64::from(u32::MAX), 0).expect("whole");
        assert_eq!(newest, Some(block(back)));
        same(&store.load(&SOURCE).expect("whole"), &then.index);
        log.index = index;
        log.position = log
            .store
            .get_mut()
            .expect("no panics")
            .position()
            .expect("whole");
        assert_eq!(log.leaf_count(), kept);
        // And on from there, another way.
        grow(&mut log, back + 1, kept + 200);
        grow(&mut then, back + 1, kept + 200);
        let store = log.store.get_mut().expect("no panics");
        same(&store.load(&SOURCE).expect("whole"), &then.index);
        let leaf = Leaf {
            tree: 0,
            index: kept + 199,
        };
        let commitment = log.commitment(leaf).expect("there");
        let root = log.path(leaf).expect("there").root(commitment);
        assert_eq!(log.root().map(to_word), Some(to_word(root)));
    }
    let mut log = Log::invented();
    grow(&mut log, 1, 300);
    let store = log.store.get_mut().expect("no panics");
    let index = store.go_back(&SOURCE, None).expect("whole");
    same(&index, &Index::new(SOURCE));
    assert_eq!(store.position().expect("whole"), Position::default());
}
