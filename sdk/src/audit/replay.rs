//! The replay: each transaction's events followed in order, with the calls that must explain them and
//! the money that must move.

mod board;
mod escrow;
mod ledger;
mod reckon;
mod signed;

use super::{
    Fault, Place,
    books::Books,
    calls::{Call, Calls, Kind},
    facts::Facts,
    money::Flow,
    node::{Node, Seen, Transaction},
    proofs::Pending,
};
use crate::signing::Messages;
use alloy::{
    primitives::{Address, U256},
    rpc::types::Log,
    sol_types::{SolEvent, SolEventInterface},
};
use repute_contracts::bindings::{
    AgentLedger::AgentLedgerEvents as LedgerEvent, Erc20, JobBoard::JobBoardEvents as BoardEvent,
    JobEscrow::JobEscrowEvents as EscrowEvent,
};
use std::collections::{BTreeMap, BTreeSet};

/// Follows a deployment's transactions.
pub(super) struct Replay {
    pub(super) facts: Facts,
    pub(super) messages: Messages,
    pub(super) books: Books,
    pub(super) pending: Pending,
}

/// A transaction while it is followed.
struct Scene<'a> {
    transaction: &'a Transaction,
    /// The block's time.
    time: u64,
    /// Block and transaction, and the event under way.
    place: Place,
    calls: Calls,
    /// Whether all calls are known; else events without a call prove nothing.
    calls_known: bool,
    /// Money that the events say is due.
    due: Vec<Flow>,
    /// Credits that are due, by post and owner.
    credits_due: Vec<(u64, Address, U256)>,
    /// Credits that were told.
    credited: Vec<(u64, Address, U256)>,
    /// Transfers of the token.
    transfers: Vec<(Place, Erc20::Transfer)>,
    /// What the escrow says it paid out or back, by its job.
    released: BTreeMap<u64, U256>,
    refunded: BTreeMap<u64, U256>,
    /// The batch whose leaves are going in; its root becomes known when it ends.
    batch: Option<usize>,
    /// Board jobs that changed.
    touched: BTreeSet<u64>,
}

enum Event {
    Ledger(LedgerEvent),
    Board(Box<BoardEvent>),
    Escrow(EscrowEvent),
    Transfer(Erc20::Transfer),
}

impl Replay {
    /// Follows a block's transactions. `node` is asked for traces where calls went through other
    /// contracts.
    pub(super) async fn follow(&mut self, block: &Seen, node: &Node) {
        for transaction in &block.transactions {
            let speaks = |address| {
                let mut logs = transaction.logs.iter();
                logs.any(|log| log.address() == address)
            };
            let relevant = speaks(self.facts.ledger) || speaks(self.facts.board);
            let (calls, calls_known) = match self.calls(transaction, node, relevant).await {
                Some(calls) => (calls, true),
                None => (Calls::default(), false),
            };
            let place = Place {
                block: Some(block.number),
                transaction: Some(transaction.hash),
                ..Place::default()
            };
            let scene = Scene {
                transaction,
                time: block.time,
                place,
                calls,
                calls_known,
                due: Vec::new(),
                credits_due: Vec::new(),
                credited: Vec::new(),
                transfers: Vec::new(),
                released: BTreeMap::new(),
                refunded: BTreeMap::new(),
                batch: None,
                touched: BTreeSet::new(),
            };
            self.play(scene);
        }
        self.books.counts.blocks += 1;
        self.books.series.now.gas = self.books.counts.gas;
        self.books.series.note(block.number, block.time);
        self.books.replayed = Some((block.number, block.hash));
    }

    async fn calls(
        &mut self,
        transaction: &Transaction,
        node: &Node,
        relevant: bool,
    ) -> Option<Calls> {
        let (ledger, board) = (self.facts.ledger, self.facts.board);
        if let Some(calls) = Calls::direct(transaction, ledger, board) {
            return Some(calls);
        }
        if !relevant {
            return Some(Calls::default());
        }
        let trace = node.trace(transaction.hash).await;
        let calls = trace.and_then(|trace| Calls::traced(&trace, ledger, board));
        if calls.is_none() {
            self.books.leave_out(
                "transactions through other contracts, of which the node gives no trace: their \
                 calls were not derived again and their proofs not verified again",
            );
        }
        calls
    }

    fn play(&mut self, mut scene: Scene<'_>) {
        let start = scene.place;
        let events: Vec<(Place, Event)> = scene
            .transaction
            .logs
            .iter()
            .filter_map(|log| {
                let place = Place {
                    log: log.log_index,
                    ..start
                };
                match self.decode(log) {
                    Ok(event) => Some((place, event)),
                    Err(words) => {
                        self.books.find(Fault::Undecodable, place, words);
                        None
                    }
                }
            })
            .collect();
        for (place, event) in &events {
            match event {
                Event::Transfer(transfer) => scene.transfers.push((*place, transfer.clone())),
                Event::Escrow(event) => scene.note_payment(event),
                Event::Ledger(_) | Event::Board(_) => {}
            }
        }
        self.books.counts.transactions += 1;
        self.books.counts.events += events.len() as u64;
        self.books.counts.gas += scene.transaction.gas;
        for (place, event) in events {
            scene.place = place;
            match event {
                Event::Ledger(event) => self.ledger(&mut scene, &event),
                Event::Board(event) => self.board(&mut scene, &event),
                Event::Escrow(event) => self.escrow(&mut scene, &event),
                Event::Transfer(_) => {}
            }
        }
        self.end_batch(&mut scene, None);
        scene.place = start;
        self.reckon(scene);
    }

    fn decode(&self, log: &Log) -> Result<Event, String> {
        let address = log.address();
        let text = |error: alloy::sol_types::Error| error.to_string();
        if address == self.facts.ledger {
            let event = LedgerEvent::decode_log(&log.inner).map_err(text)?;
            Ok(Event::Ledger(event.data))
        } else if address == self.facts.board {
            let event = BoardEvent::decode_log(&log.inner).map_err(text)?;
            Ok(Event::Board(Box::new(event.data)))
        } else if address == self.facts.escrow {
            let event = EscrowEvent::decode_log(&log.inner).map_err(text)?;
            Ok(Event::Escrow(event.data))
        } else {
            let event = Erc20::Transfer::decode_log(&log.inner).map_err(text)?;
            Ok(Event::Transfer(event.data))
        }
    }

    /// The call that explains an event. Finds a fault where all calls are known and none does.
    fn explain(
        &mut self,
        scene: &mut Scene<'_>,
        event: &str,
        is_it: impl Fn(&Kind) -> bool,
    ) -> Option<Call> {
        let call = scene.calls.claim(is_it);
        if call.is_none() && scene.calls_known {
            self.books.find(
                Fault::UnexplainedEvent,
                scene.place,
                format!("no call in the transaction leaves {event}"),
            );
        }
        call
    }

    /// A root becomes known after each insertion; after those of a batch, only the last.
    fn end_batch(&mut self, scene: &mut Scene<'_>, next: Option<usize>) {
        if scene.batch.is_some() && scene.batch != next {
            self.books.keep_root();
        }
        scene.batch = next;
    }

    /// Whether a proof's time is within the hour before its block.
    fn check_time(&mut self, scene: &Scene<'_>, at: u64) {
        let recent = at <= scene.time && scene.time - at <= crate::wallet::grid::MAX_AGE;
        let time = scene.time;
        self.books
            .require(recent, Fault::ProofTime, scene.place, || {
                format!("the proof is of {at} and the block of {time}")
            });
    }

    /// Whether the sender is the named relayer, if one is named.
    fn check_relayer(&mut self, scene: &Scene<'_>, sender: Address, relayer: Address) {
        let is_it = relayer.is_zero() || sender == relayer;
        self.books
            .require(is_it, Fault::WrongSender, scene.place, || {
                format!("{sender} sent what only {relayer} may send")
            });
    }

    /// Whether something happened no later than a last second.
    fn check_until(&mut self, scene: &Scene<'_>, last: u64, what: &str) {
        let time = scene.time;
        self.books
            .require(time <= last, Fault::Period, scene.place, || {
                format!("{what} at {time}, after {last}, the last second for it")
            });
    }
}
