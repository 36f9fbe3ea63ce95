//! The audit's page in headless Chromium: light and dark, narrow and wide.

use repute_sdk::audit::Report;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the page says of itself once it is laid out, as JSON in an element of its own.
const PROBE: &str = "<script>addEventListener('load',()=>{\
const style=getComputedStyle(document.body),root=document.documentElement,found=document.createElement('pre');\
const drawn=[...document.querySelectorAll('svg .curve')].map(curve=>curve.getBBox().width);\
found.id='probe';found.textContent=JSON.stringify({ground:style.backgroundColor,ink:style.color,\
overflow:root.scrollWidth-root.clientWidth,width:root.clientWidth,drawn,\
columns:getComputedStyle(document.querySelector('.charts')).gridTemplateColumns.split(' ').length,\
loaded:performance.getEntriesByType('resource').length});\
document.body.append(found)})</script>";

/// Chromium, where it is installed.
fn chromium() -> Option<PathBuf> {
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .map(PathBuf::from)
    .into_iter()
    .find(|path| path.exists())
}

/// What Chromium prints of a page.
fn dump(browser: &Path, page: &Path, profile: &Path, dark: bool, width: u32) -> String {
    let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!dark));
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--dump-dom",
            &scheme,
            &format!("--window-size={width},900"),
            &format!("--user-data-dir={}", profile.display()),
            &format!("file://{}", page.display()),
        ])
        .output()
        .expect("Chromium starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn probe(dom: &str) -> Value {
    let (_, rest) = dom
        .split_once("<pre id=\"probe\">")
        .expect("the page was laid out");
    let (json, _) = rest.split_once("</pre>").expect("it is closed");
    serde_json::from_str(json).expect("JSON")
}

fn brightness(colour: &Value) -> u32 {
    let text = colour.as_str().expect("rgb(…)");
    let parts = text.trim_start_matches("rgb(").trim_end_matches(')');
    parts
        .split(", ")
        .map(|part| part.parse::<u32>().expect("a byte"))
        .sum()
}

/// Without Chromium only the text is looked at, and the test says so.
pub fn is_fit_to_read(report: &Report) {
    let html = report.to_html();
    for outside in ["http", "src=", "@import", "url(", "<script", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<svg").count(), 4);
    let Some(browser) = chromium() else {
        eprintln!("Chromium is not installed: the audit's page was not laid out");
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("page.html");
    fs::write(&page, html.replace("</body>", &format!("{PROBE}</body>"))).expect("written");
    let looks = |dark, width| {
        let dom = dump(
            &browser,
            &page,
            &directory.path().join("profile"),
            dark,
            width,
        );
        probe(&dom)
    };
    // Chromium's windows are at least 500 wide.
    let (narrow, wide, dark) = (looks(false, 500), looks(false, 1_300), looks(true, 1_300));
    for found in [&narrow, &wide, &dark] {
        assert_eq!(found["overflow"], 0, "{found}");
        assert_eq!(found["loaded"], 0, "{found}");
        let drawn = found["drawn"].as_array().expect("curves");
        assert!(
            drawn.iter().all(|width| width.as_f64() > Some(100.0)),
            "{found}"
        );
    }
    assert_eq!(
        (&narrow["columns"], &wide["columns"]),
        (&1.into(), &2.into())
    );
    assert!(
        brightness(&wide["ground"]) > brightness(&wide["ink"]) + 300,
        "{wide}"
    );
    assert!(
        brightness(&dark["ink"]) > brightness(&dark["ground"]) + 300,
        "{dark}"
    );
}
