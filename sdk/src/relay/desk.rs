//! A relayer's desk: takes requests from many at once and sends them one after the other, because one
//! account has one sequence of transactions.

use super::{MAX_BATCH, Relay, RelayError, Sent};
use crate::request::{Action, Request};
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, timeout_at},
};

/// How many requests may wait.
const QUEUE: usize = 256;

/// Why a desk has no answer to a request.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Too many wait.
    #[error("the relayer has {QUEUE} requests waiting; try again later, or another relayer")]
    Busy,
    /// It ended.
    #[error("the relayer is closing; try again later, or another relayer")]
    Closed,
    /// It was not sent.
    #[error(transparent)]
    Relay(#[from] RelayError),
}

/// A request that waits.
struct Order {
    request: Request,
    answer: oneshot::Sender<Result<Sent, RelayError>>,
}

/// Takes requests for one relayer; clones share it.
#[derive(Clone, Debug)]
pub struct Desk {
    orders: mpsc::Sender<Order>,
}

impl Desk {
    /// Opens a desk. After a settlement came, it waits up to `window` for others that can share its
    /// transaction.
    ///
    /// The handle ends when every clone of the desk is dropped and everything taken was answered.
    #[must_use]
    pub fn open(relay: Relay, window: Duration) -> (Self, JoinHandle<()>) {
        let (orders, waiting) = mpsc::channel(QUEUE);
        (Self { orders }, tokio::spawn(work(relay, waiting, window)))
    }

    /// Has a request sent, and waits until it was.
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn take(&self, request: Request) -> Result<Sent, DeskError> {
        let (answer, answered) = oneshot::channel();
        self.orders
            .try_send(Order { request, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => DeskError::Busy,
                mpsc::error::TrySendError::Closed(_) => DeskError::Closed,
            })?;
        Ok(answered.await.map_err(|_| DeskError::Closed)??)
    }
}

async fn work(relay: Relay, mut waiting: mpsc::Receiver<Order>, window: Duration) {
    while let Some(first) = waiting.recv().await {
        let mut orders = vec![first];
        let end = Instant::now() + window;
        while orders.len() < MAX_BATCH && orders.iter().any(is_settlement) {
            match timeout_at(end, waiting.recv()).await {
                Ok(Some(order)) => orders.push(order),
                Ok(None) | Err(_) => break,
            }
        }
        let (requests, answers): (Vec<_>, Vec<_>) = orders
            .into_iter()
            .map(|order| (order.request, order.answer))
            .unzip();
        for (result, answer) in relay.send_all(&requests).await.into_iter().zip(answers) {
            // Whoever asked may have stopped waiting; the chain has it all the same.
            let _ = answer.send(result);
        }
    }
}

fn is_settlement(order: &Order) -> bool {
    matches!(order.request.action(), Ok(Action::Settle(_)))
}
