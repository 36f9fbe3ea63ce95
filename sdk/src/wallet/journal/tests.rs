//! What is noted, as the log goes on.

use super::*;
use crate::wallet::record::tests::Life;
use alloy::primitives::Address;
use repute_contracts::bindings::AgentLedger;

fn prepared(nullifier: Fr, commitment: Fr, done: Option<u64>) -> Prepared {
    Prepared {
        nullifier,
        commitment,
        purpose: Purpose::Refresh,
        request: Request::new(1, Address::ZERO, &AgentLedger::rootCall {}),
        prepared_at: 1,
        done,
    }
}

fn shown(nullifier: Fr, spent: Option<u64>) -> Shown {
    Shown {
        nullifier,
        purpose: Purpose::Refresh,
        refresh_after: 1,
        worker: 0,
        spent,
    }
}

#[test]
fn notes_stay_until_they_are_final_and_what_was_overtaken_goes() {
    const BLOCK: u64 = 10;
    let mut life = Life::lived(0, 40);
    life.log.reach(BLOCK);
    let mut wallet = Wallet::new(&life.seed, life.log.chain_id(), life.log.ledger(), 0);
    wallet.sync(&life.log).expect("it follows");
    let last = wallet.book().expect("registered").steps.last();
    let spent = last.expect("it lived").nullifier;
    let commitment = life.log.spend(spent).expect("in the log").commitment;
    let (current, next) = (wallet.nullifier().expect("registered"), Fr::from(7));
    wallet.notes.journal = vec![
        prepared(spent, commitment, None),
        // The log has another change of that state.
        prepared(spent, commitment + next, None),
        prepared(current, next, None),
    ];
    wallet.notes.shown = vec![shown(spent, None), shown(current, None)];
    for block in [BLOCK, BLOCK + FINALITY - 1] {
        life.log.reach(block);
        wallet.sync(&life.log).expect("it follows");
        assert_eq!(
            wallet.notes.journal,
            [
                prepared(spent, commitment, Some(BLOCK)),
                prepared(current, next, None)
            ]
        );
        let expected = [shown(spent, Some(BLOCK)), shown(current, None)];
        assert_eq!(wallet.notes.shown, expected);
    }
    life.log.reach(BLOCK + FINALITY);
    wallet.sync(&life.log).expect("it follows");
    let left = prepared(current, next, None);
    assert_eq!(wallet.pending(), Some(&left));
    assert_eq!(wallet.notes.journal, [left]);
    assert_eq!(wallet.notes.shown, [shown(current, None)]);
}
