//! What the demo found out, as `--json` prints it.

use alloy::primitives::{Address, B256, U256};
use repute_sdk::{chain::Token, observer::Published};
use serde::{Serialize, Serializer};

/// The whole document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether everything happened as it had to.
    pub ok: bool,
    /// Where the proving keys come from.
    pub keys: String,
    /// The board's token.
    pub token: TokenInfo,
    /// Every transaction, in order.
    pub steps: Vec<Step>,
    /// Every attack and every offer that did not work, with the reason.
    pub refusals: Vec<Refused>,
    /// Agents' records at some moments; only the agents know them.
    pub records: Vec<Record>,
    /// What proofs convinced a verifier of.
    pub shown: Vec<Convinced>,
    /// The wallet that was lost and recovered.
    pub recovery: Recovery,
    /// Every transfer of tokens between people and contracts.
    pub payments: Vec<Payment>,
    /// The sums of the payments.
    pub totals: Totals,
    /// Everything that the chain shows to everybody: the transactions with all their values.
    pub observer: Vec<Published>,
    /// What it does not show.
    pub hidden: Vec<Hidden>,
}

/// The token in which all amounts are.
#[derive(Debug, Serialize)]
pub struct TokenInfo {
    symbol: String,
    decimals: u8,
}

impl From<&Token> for TokenInfo {
    fn from(token: &Token) -> Self {
        Self {
            symbol: token.symbol.clone(),
            decimals: token.decimals,
        }
    }
}

/// A transaction.
#[derive(Debug, Serialize)]
pub struct Step {
    /// What it did.
    pub name: &'static str,
    /// The job that it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u64>,
    /// Who sent it.
    pub by: &'static str,
    /// Its gas.
    pub gas: u64,
    /// Its hash; a deployment is many transactions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<B256>,
}

/// Who refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// A contract.
    Contract,
    /// Whoever checks a proof without the chain's help.
    Verifier,
    /// The agent's own program, before anything is proven.
    Agent,
}

/// What did not work.
#[derive(Debug, Serialize)]
pub struct Refused {
    /// What was tried.
    pub attempt: String,
    /// Who refused.
    pub by: By,
    /// Why.
    pub reason: String,
}

/// An agent's record at one moment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The agent.
    pub agent: &'static str,
    /// When.
    pub when: &'static str,
    /// Jobs taken.
    pub accepted: u32,
    /// Jobs paid.
    pub completed: u32,
    /// Jobs called off.
    pub cancelled: u32,
    /// Completed among completed and unresolved jobs, basis points; none without such a job.
    pub success_bps: Option<u64>,
    /// The average rating; none without a rating.
    pub rating: Option<u64>,
}

/// What a verifier was convinced of.
#[derive(Debug, Serialize)]
pub struct Convinced {
    /// The statement.
    pub statement: &'static str,
    /// Where it was verified.
    pub verified: [&'static str; 2],
    /// What the verifier knows now.
    pub knows: String,
}

/// A recovered wallet.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// Whether it equals the lost one.
    pub equal: bool,
    /// Changes of the record that were rebuilt.
    pub changes: usize,
    /// Private ratings that were found by trying.
    pub private_ratings: usize,
    /// Payout keys that were derived again.
    pub payout_keys: usize,
}

/// What a transfer of tokens is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PaymentKind {
    /// A client pays in.
    Deposit,
    /// A relayer puts up a bond.
    Bond,
    /// An agent is paid.
    Payout,
    /// A relayer, arbiter or operator earns.
    Fee,
    /// A client gets back what was not spent.
    Refund,
    /// A relayer gets its bond back.
    BondReturned,
}

/// A transfer of tokens.
#[derive(Debug, Serialize)]
pub struct Payment {
    /// Who pays or is paid.
    pub party: &'static str,
    /// The account used.
    pub account: Address,
    /// What it is.
    pub kind: PaymentKind,
    /// The job, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u64>,
    /// Base units.
    #[serde(serialize_with = "decimal")]
    pub amount: U256,
}

/// What was paid in and out, base units.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Paid in by clients.
    #[serde(serialize_with = "decimal")]
    pub deposits: U256,
    /// Put up by relayers.
    #[serde(serialize_with = "decimal")]
    pub bonds: U256,
    /// Paid to agents.
    #[serde(serialize_with = "decimal")]
    pub payouts: U256,
    /// Earned by relayers, arbiters and operators.
    #[serde(serialize_with = "decimal")]
    pub fees: U256,
    /// Given back to clients.
    #[serde(serialize_with = "decimal")]
    pub refunds: U256,
    /// Given back to relayers.
    #[serde(serialize_with = "decimal")]
    pub bonds_returned: U256,
}

impl Totals {
    /// The sums of payments.
    pub fn of(payments: &[Payment]) -> Self {
        let mut totals = Self::default();
        for payment in payments {
            *match payment.kind {
                PaymentKind::Deposit => &mut totals.deposits,
                PaymentKind::Bond => &mut totals.bonds,
                PaymentKind::Payout => &mut totals.payouts,
                PaymentKind::Fee => &mut totals.fees,
                PaymentKind::Refund => &mut totals.refunds,
                PaymentKind::BondReturned => &mut totals.bonds_returned,
            } += payment.amount;
        }
        totals
    }

    /// Whether all that was paid in was paid out.
    pub fn balance(&self) -> bool {
        self.deposits + self.bonds == self.payouts + self.fees + self.refunds + self.bonds_returned
    }
}

/// What the chain does not show.
#[derive(Debug, Serialize)]
pub struct Hidden {
    /// What.
    pub what: String,
    /// Why not.
    pub because: String,
}

fn decimal<S: Serializer>(amount: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
