//! Faults planted in what a node says of an honest deployment: the audit names each.

mod lies;
mod nodes;

use crate::world::World;
use alloy::primitives::{Address, B256, U256};
use alloy::sol_types::SolEvent;
use lies::{
    Truth, balance, block, calldata, changed_word, event, later, locked, other, other_than_zero,
    swapped_proofs, twice, view, without,
};
use repute_contracts::{
    EmbeddedChain,
    bindings::{AgentLedger, Erc20, JobBoard, JobEscrow},
};
use repute_sdk::audit::Fault;
use serde_json::json;

pub async fn plant(world: &World, embedded: &EmbeddedChain) {
    let t = Truth::of(world, embedded).await;
    let mut planted = 0;
    macro_rules! names {
        ($what:literal, $fault:ident, $lie:expr) => {
            let found = t.audit($lie).await;
            assert!(
                found.contains(&Fault::$fault),
                "{} is not named {}: {found:?}",
                $what,
                Fault::$fault
            );
            planted += 1;
        };
    }
    let (board, ledger) = (t.manifest.board.address, t.manifest.ledger.address);
    let (escrow, token) = (t.manifest.escrow.address, t.manifest.token.address);
    let provider = t.manifest.provider.address;
    let settled = t.board::<JobBoard::Settled>(0);
    let taken = t.board::<JobBoard::Taken>(0);

    nodes::plant(&t, &mut planted).await;
    nodes::deployments(&t, &mut planted).await;

    // Ledger and proofs.
    names!(
        "a first state that is not empty",
        WrongLeaf,
        changed_word(t.ledger::<AgentLedger::Registered>(0), 2, |w| w
            + U256::from(1))
    );
    names!(
        "a leaf at another place",
        WrongLeaf,
        changed_word(t.ledger::<AgentLedger::Registered>(1), 1, |w| w
            + U256::from(1))
    );
    names!("an identity that registers again", RegisteredTwice, {
        let first = t.ledger::<AgentLedger::Registered>(0).topics()[1];
        event(t.ledger::<AgentLedger::Registered>(1), move |log| {
            log["topics"][1] = json!(first);
            true
        })
    });
    names!(
        "a foreign leaf",
        ForeignLeaf,
        view::<AgentLedger::rootCall>(ledger, other(0))
    );
    names!(
        "one leaf more",
        ForeignLeaf,
        view::<AgentLedger::treeSizeCall>(ledger, other(0))
    );
    names!(
        "a root that the ledger forgot",
        LedgerState,
        view::<AgentLedger::isKnownRootCall>(ledger, other(0))
    );
    names!(
        "a nullifier that can be spent again",
        LedgerState,
        view::<AgentLedger::isSpentCall>(ledger, other(0))
    );
    names!(
        "an identity that can register again",
        LedgerState,
        view::<AgentLedger::isRegisteredCall>(ledger, other(0))
    );
    names!(
        "a root that no tree had",
        UnknownRoot,
        changed_word(taken.clone(), 4, |w| w + U256::from(1))
    );
    names!("a state spent twice", SpentTwice, {
        // Event data: sender, escrow job, tree, index, then the inputs; the second is the nullifier.
        let data = &taken.data().data;
        let nullifier = U256::from_be_slice(&data[32 * 5..32 * 6]);
        changed_word(t.board::<JobBoard::Settled>(0), 5, move |_| nullifier)
    });
    names!(
        "another ticket in an event",
        WrongInputs,
        changed_word(settled.clone(), 7, |w| w + U256::from(1))
    );
    names!(
        "another binding in an event",
        WrongInputs,
        changed_word(settled.clone(), 11, |w| w + U256::from(1))
    );
    names!(
        "a refresh bound to another ledger",
        WrongInputs,
        changed_word(t.ledger::<AgentLedger::Refreshed>(0), 5, |w| w
            + U256::from(1))
    );
    names!("a proof swapped in calldata", BadProof, swapped_proofs(&t));
    names!("a proof that is none", BadProof, {
        let refreshed = t.ledger::<AgentLedger::Refreshed>(0);
        calldata(&refreshed, 32 * 3 + 1)
    });
    names!(
        "a worker key that signed nothing",
        Signature,
        calldata(&taken, 32 + 31 + 21)
    );
    names!(
        "a proof from the future",
        ProofTime,
        block(&taken, later(-7_200))
    );
    names!(
        "a proof of long ago",
        ProofTime,
        block(&taken, later(7_200))
    );

    // Jobs.
    names!(
        "a job taken too late",
        Period,
        block(&taken, later(30 * 86_400))
    );
    names!(
        "a job paid before it was cleared",
        NotCleared,
        without(t.board::<JobBoard::Released>(0))
    );
    names!(
        "a dropped event",
        DroppedEvent,
        without(t.board::<JobBoard::Submitted>(0))
    );
    names!(
        "a submission that is missing",
        JobOrder,
        without(t.board::<JobBoard::Submitted>(0))
    );
    names!(
        "posts out of order",
        WrongPost,
        event(t.board::<JobBoard::Posted>(1), |log| {
            log["topics"][1] = json!(B256::with_last_byte(9));
            true
        })
    );
    names!(
        "an event for another job",
        UnexplainedEvent,
        event(t.board::<JobBoard::Withdrawn>(0), |log| {
            log["topics"][1] = json!(B256::with_last_byte(1));
            true
        })
    );
    names!(
        "a sender that is not the relayer",
        WrongSender,
        block(&taken, |block| {
            block["transactions"][0]["from"] = json!(Address::repeat_byte(5));
        })
    );
    // The board's answer is a struct of static members: hash, worker, takenAt, …
    const TICKET: usize = 6;
    for member in (0..12).filter(|member| *member != TICKET) {
        names!(
            "a job of which something else is told",
            JobState,
            view::<JobBoard::jobCall>(board, other(member))
        );
    }
    names!(
        "a job with another ticket",
        Ticket,
        view::<JobBoard::jobCall>(board, other_than_zero(TICKET))
    );
    names!(
        "a post more",
        JobState,
        view::<JobBoard::postCountCall>(board, other(0))
    );
    names!("a job that cannot be reclaimed", Locked, locked(board));

    // Escrow jobs.
    names!(
        "a completion out of order",
        EscrowOrder,
        without(t.escrow::<JobEscrow::JobSubmitted>(0))
    );
    names!(
        "a job that the escrow never created",
        EscrowOrder,
        without(t.escrow::<JobEscrow::JobCreated>(0))
    );
    names!(
        "an escrow job in another state",
        EscrowJob,
        without(t.escrow::<JobEscrow::JobCompleted>(0))
    );
    names!(
        "a job more in the escrow",
        EscrowOrder,
        view::<JobEscrow::jobCountCall>(escrow, other(0))
    );

    // Money.
    names!(
        "a board that pays twice",
        UnexplainedTransfer,
        twice(t.transfer(&settled, provider))
    );
    names!(
        "a base unit more than is due",
        UnexplainedTransfer,
        changed_word(t.transfer(&settled, provider), 0, |w| w + U256::from(1))
    );
    names!(
        "what is due to one, paid to another",
        UnexplainedTransfer,
        event(t.transfer(&settled, provider), |log| {
            log["topics"][2] = json!(Address::repeat_byte(5).into_word());
            true
        })
    );
    names!(
        "a payout that never came",
        MissingTransfer,
        without(t.transfer(&settled, provider))
    );
    names!(
        "a provider that keeps something",
        ProviderKeeps,
        without(t.transfer(&settled, provider))
    );
    names!(
        "a payout that is too small",
        WrongPayout,
        changed_word(settled.clone(), 0, |w| w - U256::from(1))
    );
    names!(
        "a payout to somebody else",
        WrongPayout,
        event(settled.clone(), |log| {
            log["topics"][2] = json!(Address::repeat_byte(5).into_word());
            true
        })
    );
    names!(
        "a refund that is missing",
        MissingTransfer,
        without(t.escrow::<JobEscrow::Refunded>(0))
    );
    names!("a refund that nobody is credited", WrongCredit, {
        let ruled = t.board::<JobBoard::Ruled>(0);
        let credited = t.logs.iter().find(|log| {
            log.transaction_hash == ruled.transaction_hash
                && log.topic0() == Some(&JobBoard::Credited::SIGNATURE_HASH)
        });
        without(credited.expect("the client is credited").clone())
    });
    names!(
        "a credit that is too large",
        WrongCredit,
        view::<JobBoard::creditsCall>(board, other(0))
    );
    names!("a deposit that never came", MissingTransfer, {
        let posted = t.board::<JobBoard::Posted>(0);
        let client = world.job(1).post.client;
        without(t.transfer(&posted, client))
    });
    names!(
        "liabilities that are not counted",
        Liabilities,
        view::<JobBoard::liabilitiesCall>(board, other(0))
    );
    names!(
        "a balance that does not add up",
        Balance,
        balance(token, board, |held| held - U256::from(1))
    );
    names!(
        "a board that cannot pay",
        BoardShort,
        balance(token, board, |_| U256::ZERO)
    );
    names!(
        "an escrow that cannot pay",
        EscrowShort,
        balance(token, escrow, |_| U256::ZERO)
    );
    names!(
        "an allowance that is left",
        Allowance,
        view::<Erc20::allowanceCall>(token, other(0))
    );
    names!("money that is not conserved", NotConserved, {
        changed_word(t.board::<JobBoard::CreditWithdrawn>(0), 0, |w| {
            w - U256::from(1)
        })
    });

    assert!(planted >= 50, "{planted}");
}
