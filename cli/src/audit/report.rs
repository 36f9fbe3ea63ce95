//! The report as people read it.

use crate::output::{Narrator, amount, grouped};
use repute_sdk::{audit::Report, chain::Token, utc::utc};
use std::io;

/// Prints the report on stdout.
///
/// # Errors
/// When stdout cannot be written.
pub fn tell(report: &Report) -> io::Result<()> {
    let mut tell = Narrator::telling();
    tell.title(&format!(
        "Audit of the board {} on chain {}",
        report.board, report.chain_id
    ))?;
    tell.say(&format!(
        "Blocks {} to {} ({})",
        report.first_block,
        report.block,
        utc(report.time)
    ))?;
    tell.title("Checked")?;
    for what in &report.checked {
        tell.item(what)?;
    }
    tell.title("Not checked")?;
    for unchecked in &report.not_checked {
        let times = match unchecked.times {
            1 => String::new(),
            times => format!(" ({} times)", grouped(times)),
        };
        tell.item(&format!("{}{times}", unchecked.what))?;
    }
    money(&mut tell, report)?;
    findings(&mut tell, report)
}

fn money(tell: &mut Narrator, report: &Report) -> io::Result<()> {
    let token = Token {
        symbol: report.symbol.clone(),
        decimals: report.decimals,
    };
    tell.title("Money")?;
    let mut rows: Vec<(String, String)> = report
        .moved
        .iter()
        .map(|moved| (moved.reason.says().to_owned(), amount(moved.amount, &token)))
        .collect();
    let held = &report.held;
    for (what, sum) in [
        ("still held: budgets in the escrow", held.budgets),
        ("still held: credits", held.credits),
        ("still held: platform fees", held.platform_fees),
    ] {
        rows.push((what.to_owned(), amount(sum, &token)));
    }
    tell.table(&rows)
}

fn findings(tell: &mut Narrator, report: &Report) -> io::Result<()> {
    tell.title("Found")?;
    for finding in &report.findings {
        let what = format!("{} at {}", finding.fault, finding.place);
        tell.refused(&what, &finding.words)?;
    }
    match (report.ok, report.more_findings) {
        (true, _) => tell.done("Nothing", None),
        (false, 0) => tell.say(&format!("{} faults", report.findings.len())),
        (false, more) => tell.say(&format!("and {more} more")),
    }
}
