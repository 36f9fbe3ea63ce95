//! Registrations and refreshes.

use super::{Fault, Kind, Replay, Scene};
use crate::verify::Subject;
use repute_circuits::{
    binding,
    field::{from_word, to_word},
    state::{AgentState, commitment},
};
use repute_contracts::bindings::{AgentLedger, AgentLedger::AgentLedgerEvents as LedgerEvent};

impl Replay {
    pub(super) fn ledger(&mut self, scene: &mut Scene<'_>, event: &LedgerEvent) {
        self.end_batch(scene, None);
        match event {
            LedgerEvent::Registered(event) => self.registered(scene, event),
            LedgerEvent::Refreshed(event) => self.refreshed(scene, event),
        }
    }

    fn registered(&mut self, scene: &mut Scene<'_>, event: &AgentLedger::Registered) {
        let identity = event.identity;
        self.explain(scene, "Registered", |kind| match kind {
            Kind::Register(call) => call.identity == identity,
            _ => false,
        });
        let is_new = self.books.identities.insert(identity);
        self.books
            .require(is_new, Fault::RegisteredTwice, scene.place, || {
                format!("the identity {identity:#x} was registered before")
            });
        let first = from_word(identity)
            .map(|identity| to_word(commitment(identity, AgentState::genesis().digest())));
        self.books.require(
            first == Ok(event.commitment),
            Fault::WrongLeaf,
            scene.place,
            || "the first state is not the empty one of its identity".to_owned(),
        );
        self.books
            .insert(scene.place, (event.tree, event.index), event.commitment);
        self.books.keep_root();
        self.books.counts.registrations += 1;
        self.books.series.now.registrations += 1;
    }

    fn refreshed(&mut self, scene: &mut Scene<'_>, event: &AgentLedger::Refreshed) {
        let [root, nullifier, commitment, told] = event.inputs;
        let expected = to_word(binding::refresh(self.facts.chain_id, self.facts.ledger));
        self.books
            .require(told == expected, Fault::WrongInputs, scene.place, || {
                format!("the binding is {told:#x} and a refresh on this ledger has {expected:#x}")
            });
        let call = self.explain(scene, "Refreshed", |kind| match kind {
            Kind::Refresh(call) => {
                (call.oldRoot, call.nullifier, call.commitment) == (root, nullifier, commitment)
            }
            _ => false,
        });
        if let Some(Kind::Refresh(call)) = call.map(|call| call.kind) {
            let inputs = [call.oldRoot, call.nullifier, call.commitment, expected];
            self.pending.add(
                &mut self.books,
                scene.place,
                Subject::Refresh,
                call.proof,
                &inputs,
            );
        }
        self.books
            .spend(scene.place, &event.inputs, (event.tree, event.index));
        self.books.keep_root();
        self.books.counts.refreshes += 1;
    }
}
