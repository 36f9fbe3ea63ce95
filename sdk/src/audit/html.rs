//! The report as one web page that needs nothing else: no script, no font, no image from elsewhere.

mod chart;

use super::{Finding, Report};
use crate::utc::utc;
use alloy::primitives::U256;
use chart::{Chart, chart};

/// Light and dark by what the reader's system prefers, one column where the page is narrow.
const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#fbfaf7;--card:#fff;--ink:#1d2126;--soft:#5c6672;--line:#dcd9d0;\
--mark:#0b6e6e;--fill:#0b6e6e22;--good:#1b7a3d;--bad:#b3261e;--badground:#b3261e14}\
@media(prefers-color-scheme:dark){:root{--ground:#14171a;--card:#1d2125;--ink:#e8e6e1;--soft:#a0a8b2;\
--line:#353b42;--mark:#4fc3c3;--fill:#4fc3c326;--good:#6fd08c;--bad:#ff8a80;--badground:#ff8a801f}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\
main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 3rem}\
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .6rem}\
p{margin:.25rem 0}.soft{color:var(--soft)}code{font:.86em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\
.verdict{margin:1rem 0;padding:.8rem 1rem;border-radius:.5rem;border:1px solid;font-weight:600}\
.good{color:var(--good)}.bad{color:var(--bad);background:var(--badground)}\
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem}\
.facts div,figure,.finding{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.7rem .9rem}\
.facts b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}\
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.8rem}\
figure{margin:0}figcaption{font-weight:600;margin-bottom:.3rem}svg{display:block;width:100%;height:auto}\
svg text{fill:var(--soft);font:11px system-ui,sans-serif}.axis{stroke:var(--line)}\
.curve{fill:none;stroke:var(--mark);stroke-width:2;stroke-linejoin:round}.area{fill:var(--fill)}\
.finding{margin:.5rem 0;border-color:var(--bad)}.finding b{color:var(--bad)}\
table{border-collapse:collapse;width:100%}td{padding:.3rem .2rem;border-bottom:1px solid var(--line)}\
td:last-child{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
ul{padding-left:1.2rem;margin:.3rem 0}li{margin:.25rem 0}";

/// Text as HTML shows it.
fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A number with its thousands apart.
fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

impl Report {
    /// An amount in tokens.
    fn tokens(&self, amount: U256) -> String {
        let unit = U256::from(10).pow(U256::from(self.decimals));
        let (whole, rest) = (amount / unit, amount % unit);
        let digits = format!("{rest:0>width$}", width = usize::from(self.decimals));
        let decimals = digits.trim_end_matches('0');
        let part = match (self.decimals, decimals) {
            (0, _) | (_, "") => String::new(),
            (_, decimals) => format!(".{decimals}"),
        };
        format!("{}{part} {}", grouped(whole), text(&self.symbol))
    }

    /// The report as a web page.
    #[must_use]
    pub fn to_html(&self) -> String {
        let title = format!("Audit of {} on chain {}", self.board, self.chain_id);
        let parts = [
            self.head(),
            self.facts(),
            self.found(),
            self.charts(),
            self.money(),
            self.lists(),
        ];
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{}</title><style>{STYLE}</style></head>\n<body><main>\n{}\n</main></body></html>\n",
            text(&title),
            parts.join("\n")
        )
    }

    fn head(&self) -> String {
        let verdict = match self.ok {
            true => "<p class=\"verdict good\">Nothing was found</p>".to_owned(),
            false => format!(
                "<p class=\"verdict bad\">{} faults were found</p>",
                grouped(self.findings.len() as u64 + self.more_findings)
            ),
        };
        format!(
            "<h1>Audit of a repute deployment</h1>\
             <p class=\"soft\">Chain {}, board <code>{}</code>, ledger <code>{}</code></p>\
             <p class=\"soft\">Blocks {} to {}, {}, block hash <code>{}</code></p>{verdict}",
            self.chain_id,
            self.board,
            self.ledger,
            grouped(self.first_block),
            grouped(self.block),
            utc(self.time),
            self.block_hash
        )
    }

    fn facts(&self) -> String {
        let counts = &self.counts;
        let facts = [
            ("agents registered", counts.registrations),
            ("jobs taken", counts.takes),
            ("jobs paid", counts.settlements),
            ("proofs verified again", self.proofs()),
            ("transactions", counts.transactions),
            ("events", counts.events),
            ("transfers explained", counts.transfers),
        ];
        let facts = facts.map(|(what, number)| {
            format!(
                "<div><b>{}</b><span class=\"soft\">{what}</span></div>",
                grouped(number)
            )
        });
        format!("<section class=\"facts\">{}</section>", facts.concat())
    }

    fn found(&self) -> String {
        if self.ok {
            return String::new();
        }
        let finding = |finding: &Finding| {
            format!(
                "<div class=\"finding\"><b>{}</b> <span class=\"soft\">{}</span>\
                 <p>{}</p><p class=\"soft\">{}</p></div>",
                finding.fault,
                text(&finding.place.to_string()),
                text(&finding.words),
                text(finding.fault.says())
            )
        };
        let all: String = self.findings.iter().map(finding).collect();
        let more = match self.more_findings {
            0 => String::new(),
            more => format!("<p>and {} more</p>", grouped(more)),
        };
        format!("<h2>Found</h2>{all}{more}")
    }

    fn charts(&self) -> String {
        let unit = U256::from(10).pow(U256::from(self.decimals));
        let volume = |volume: U256| -> u64 { (volume / unit).saturating_to() };
        let charts: [Chart<'_>; 4] = [
            ("Jobs completed", "", &|point| point.completed),
            ("Volume of completed jobs", &self.symbol, &|point| {
                volume(point.volume)
            }),
            ("Gas of all transactions", "", &|point| point.gas),
            (
                "Agents that could have made the newest take, at most",
                "",
                &|point| point.anonymity,
            ),
        ];
        let charts: String = charts
            .iter()
            .map(|(title, symbol, value)| {
                let caption = match symbol.is_empty() {
                    true => text(title),
                    false => format!("{}, {}", text(title), text(symbol)),
                };
                format!(
                    "<figure><figcaption>{caption}</figcaption>{}</figure>",
                    chart(&self.series, *value, title)
                )
            })
            .collect();
        format!("<h2>Over time</h2><section class=\"charts\">{charts}</section>")
    }

    fn money(&self) -> String {
        let mut rows: Vec<(&str, U256)> = self
            .moved
            .iter()
            .map(|moved| (moved.reason.says(), moved.amount))
            .collect();
        rows.extend([
            ("still held: budgets in the escrow", self.held.budgets),
            ("still held: credits", self.held.credits),
            ("still held: platform fees", self.held.platform_fees),
        ]);
        let rows: String = rows
            .into_iter()
            .map(|(what, sum)| format!("<tr><td>{what}</td><td>{}</td></tr>", self.tokens(sum)))
            .collect();
        format!("<h2>Money</h2><table>{rows}</table>")
    }

    fn lists(&self) -> String {
        let item = |what: String| format!("<li>{what}</li>");
        let checked: String = self.checked.iter().map(|what| item(text(what))).collect();
        let not_checked: String = self
            .not_checked
            .iter()
            .map(|unchecked| {
                let times = match unchecked.times {
                    1 => String::new(),
                    times => format!(" ({} times)", grouped(times)),
                };
                item(format!("{}{times}", text(&unchecked.what)))
            })
            .collect();
        format!("<h2>Checked</h2><ul>{checked}</ul><h2>Not checked</h2><ul>{not_checked}</ul>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        let nasty = "<script>alert('1')</script>&\"";
        let safe = text(nasty);
        assert!(!safe.contains(['<', '>', '"', '\'']), "{safe}");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(123), "123");
    }
}
