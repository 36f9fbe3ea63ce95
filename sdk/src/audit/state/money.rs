//! Balances, liabilities, credits and what is conserved.

use super::{Books, ChainError, Facts, Fault, Place, Reason, Stage, Status, Views};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use repute_contracts::bindings::{Erc20, JobBoard, JobEscrow, job_board::IJobBoard};

/// What the board owes by its events: deposits of open posts, bonds and fees not yet earned of taken
/// and submitted ones, credits.
fn liabilities(books: &Books) -> U256 {
    let credits: U256 = books
        .credits
        .values()
        .fold(U256::ZERO, |a, b| a.saturating_add(*b));
    books.jobs.values().fold(credits, |sum, job| {
        let Ok(post) = IJobBoard::Post::abi_decode(&job.post) else {
            return sum;
        };
        let terms = &post.terms;
        let relay = U256::from(terms.relayFee);
        let arbiter = match job.ruled_for {
            true => U256::ZERO,
            false => U256::from(terms.arbiterFee),
        };
        sum + match job.stage {
            Stage::Open => U256::from(post.budget) + relay + arbiter,
            Stage::Taken => U256::from(terms.bond) + arbiter + relay - relay / U256::from(2),
            Stage::Submitted => U256::from(terms.bond) + arbiter,
            _ => U256::ZERO,
        }
    })
}

pub(super) async fn compare(
    books: &mut Books,
    facts: &Facts,
    views: &Views,
) -> Result<(), ChainError> {
    let place = Place::at(views.block);
    let (board, escrow, provider) = (facts.board, facts.escrow, facts.provider);
    let owed = liabilities(books);
    let told = views.ask(board, &JobBoard::liabilitiesCall {}).await?;
    books.require(told == Some(owed), Fault::Liabilities, place, || {
        format!("the board says it owes {told:?} and owes {owed} by its events")
    });
    let mut balances = [U256::ZERO; 3];
    for (balance, (what, owner)) in
        balances
            .iter_mut()
            .zip([("board", board), ("escrow", escrow), ("provider", provider)])
    {
        let call = Erc20::balanceOfCall { account: owner };
        let told = views.ask(facts.token, &call).await?;
        let held = books.money.held(owner);
        *balance = told.unwrap_or_default();
        if owner == escrow && facts.platform.is_none() {
            continue;
        }
        books.require(told == Some(held), Fault::Balance, place, || {
            format!("the {what} holds {told:?} and its transfers add up to {held}")
        });
    }
    books.require(balances[0] >= owed, Fault::BoardShort, place, || {
        format!("the board holds {} and owes {owed}", balances[0])
    });
    let in_escrow = funded(books, facts);
    let needed = in_escrow.saturating_add(books.money.platform_fees);
    books.require(balances[1] >= needed, Fault::EscrowShort, place, || {
        format!("the escrow holds {} and needs {needed}", balances[1])
    });
    let call = Erc20::allowanceCall {
        owner: board,
        spender: escrow,
    };
    let allowance = views.ask(facts.token, &call).await?;
    books.require(
        allowance == Some(U256::ZERO),
        Fault::Allowance,
        place,
        || format!("the board allows the escrow {allowance:?}"),
    );
    let owners: Vec<Address> = books.credits.keys().copied().collect();
    let answers = views
        .ask_each(board, &owners, |owner| JobBoard::creditsCall { owner })
        .await?;
    for (owner, answer) in owners.into_iter().zip(answers) {
        let credit = books.credits.get(&owner).copied().unwrap_or_default();
        books.require(answer == Some(credit), Fault::WrongCredit, place, || {
            format!("the board owes {owner} {answer:?} and {credit} by its events")
        });
    }
    if facts.platform.is_some() {
        let call = JobEscrow::platformFeesCall { token: facts.token };
        let told = views.ask(escrow, &call).await?;
        let fees = books.money.platform_fees;
        books.require(told == Some(fees), Fault::Balance, place, || {
            format!("the escrow set {told:?} aside for its treasury and {fees} by its events")
        });
        conserved(books, place, owed, in_escrow);
    }
    Ok(())
}

/// Budgets in the escrow by its events.
fn funded(books: &Books, facts: &Facts) -> U256 {
    books
        .escrow_jobs
        .values()
        .filter(|job| {
            job.token == facts.token && matches!(job.status, Status::Funded | Status::Submitted)
        })
        .fold(U256::ZERO, |sum, job| sum.saturating_add(job.budget))
}

/// Deposits and bonds are payouts, fees, refunds taken, and what is still held.
fn conserved(books: &mut Books, place: Place, owed: U256, in_escrow: U256) {
    use Reason as R;
    let sum = |books: &Books, reasons: &[Reason]| {
        reasons.iter().fold(U256::ZERO, |sum, reason| {
            sum.saturating_add(books.money.of(*reason))
        })
    };
    let paid_in = sum(books, &[R::Deposit, R::Bond, R::OtherFunding]);
    let paid_out = sum(
        books,
        &[
            R::Payout,
            R::RelayerFee,
            R::RelayFee,
            R::Credit,
            R::PlatformFees,
            R::OtherPayments,
        ],
    );
    // A stranger's claim brought a budget back that the board does not yet count as owed.
    let claimed = books.jobs.values().fold(U256::ZERO, |sum, job| {
        let waiting = matches!(job.stage, Stage::Taken | Stage::Submitted);
        let escrow = books.escrow_jobs.get(&job.escrow_job);
        match escrow.filter(|escrow| waiting && escrow.status == Status::Expired) {
            Some(escrow) => sum.saturating_add(escrow.budget),
            None => sum,
        }
    });
    let held = owed + in_escrow + claimed + books.money.platform_fees;
    books.require(
        paid_in == paid_out + held,
        Fault::NotConserved,
        place,
        || format!("{paid_in} was paid in; {paid_out} was paid out and {held} is still held"),
    );
}
