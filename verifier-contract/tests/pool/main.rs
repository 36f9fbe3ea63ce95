//! The real proofs of the forge tests: `test/pool.json`.
//!
//! Keys and proofs are the same at every making, up to the proofs' randomness, which has a seed; so
//! the file is compared as a whole. After a change of a circuit, of the post or of the world in
//! `test/RealWorld.sol`, write it anew: `REPUTE_UPDATE_POOL=1 cargo test -p repute-contracts --test pool`.

mod proofs;
mod world;

use repute_prover::{Store, TerminalProgress};
use std::{fs, path::Path};

const UPDATE: &str = "REPUTE_UPDATE_POOL";

#[test]
fn the_pool_is_what_the_circuits_give() {
    let store = Store::of_user().expect("a cache directory");
    let pool = proofs::pool(&store, &TerminalProgress::new());
    let mut text = serde_json::to_string_pretty(&pool).expect("it is plain data");
    text.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/pool.json");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::write(&path, &text).expect("the file can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "test/pool.json is not what the circuits of this version give: run with {UPDATE}=1 and commit it"
    );
}
