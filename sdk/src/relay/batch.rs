//! Many requests at once: settlements share one transaction and one pairing check.

use super::{Relay, RelayError, Sent};
use crate::{
    chain::ChainError,
    request::{Action, Request},
};
use alloy::{
    primitives::{Address, B256, Bytes},
    rpc::types::TransactionReceipt,
    sol_types::{SolCall, SolEvent},
};
use repute_contracts::bindings::{JobBoard, job_board::IJobBoard};
use std::{collections::BTreeSet, sync::Arc};

/// How many settlements one transaction holds at most. Each inserts a leaf into the tree and pays three or
/// four accounts: about 400,000 gas, of the 2^24 that EIP-7825 allows.
pub const MAX_BATCH: usize = 32;

/// A settlement that can be sent, with its place among the requests.
struct Item<'a> {
    place: usize,
    request: &'a Request,
    call: Box<JobBoard::settleCall>,
}

impl Relay {
    /// Checks, simulates and sends requests: settlements together in as few transactions as they fit in,
    /// the others one by one and first. Each gets its own answer, in the order of `requests`; one that
    /// fails takes no other down.
    pub async fn send_all(&self, requests: &[Request]) -> Vec<Result<Sent, RelayError>> {
        let mut answers: Vec<Option<Result<Sent, RelayError>>> = Vec::new();
        let mut items = Vec::new();
        for (place, request) in requests.iter().enumerate() {
            answers.push(match self.check(request) {
                Ok(Action::Settle(call)) => {
                    items.push(Item {
                        place,
                        request,
                        call,
                    });
                    None
                }
                Ok(_) => Some(self.send(request).await),
                Err(error) => Some(Err(error)),
            });
        }
        let mut sound = Vec::new();
        for item in items {
            // The board skips what it would refuse, and the gas would be spent.
            let calldata = item.request.calldata.clone();
            match self.account.simulate(item.request.to, calldata).await {
                Ok(_) => sound.push(item),
                Err(error) => answers[item.place] = Some(Err(error.into())),
            }
        }
        let mut groups: Vec<Vec<Item<'_>>> = Vec::new();
        while !sound.is_empty() {
            let rest = sound.split_off(sound.len().min(MAX_BATCH));
            groups.push(std::mem::replace(&mut sound, rest));
        }
        while let Some(mut group) = groups.pop() {
            if let [item] = &group[..] {
                answers[item.place] = Some(self.send(item.request).await);
                continue;
            }
            match self.send_batch(&group).await {
                Ok(receipt) => {
                    let settled = settled(&receipt, self.account.chain().board());
                    for item in group {
                        answers[item.place] = Some(item.answer(&settled, &receipt));
                    }
                }
                // Two settlements of one state, a payment that fails, too much gas: whose fault it is shows
                // in smaller groups.
                Err(ChainError::Refused(_) | ChainError::TooMuchGas { .. }) => {
                    let second = group.split_off(group.len() / 2);
                    groups.extend([second, group]);
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for item in group {
                        answers[item.place] = Some(Err(RelayError::Batch(Arc::clone(&error))));
                    }
                }
            }
        }
        answers
            .into_iter()
            .map(|answer| answer.expect("each request was refused, sent or put in a group"))
            .collect()
    }

    async fn send_batch(&self, group: &[Item<'_>]) -> Result<TransactionReceipt, ChainError> {
        let items = group.iter().map(|item| IJobBoard::Item {
            postId: item.call.postId,
            posted: item.call.posted.clone(),
            settlement: item.call.settlement.clone(),
        });
        let call = JobBoard::settleBatchCall {
            items: items.collect(),
        };
        let board = self.account.chain().board();
        let calldata = Bytes::from(call.abi_encode());
        self.account.send_raw(board, calldata).await
    }
}

impl Item<'_> {
    fn answer(
        &self,
        settled: &BTreeSet<B256>,
        receipt: &TransactionReceipt,
    ) -> Result<Sent, RelayError> {
        match settled.contains(&B256::from(self.call.postId)) {
            true => Ok(Sent::Mined(Box::new(receipt.clone()))),
            false => Err(RelayError::Skipped {
                transaction: receipt.transaction_hash,
            }),
        }
    }
}

/// The jobs that a transaction settled, by the topics of its events.
fn settled(receipt: &TransactionReceipt, board: Address) -> BTreeSet<B256> {
    let logs = receipt.logs().iter().filter(|log| log.address() == board);
    logs.map(alloy::rpc::types::Log::topics)
        .filter(|topics| topics.first() == Some(&JobBoard::Settled::SIGNATURE_HASH))
        .filter_map(|topics| topics.get(1).copied())
        .collect()
}
