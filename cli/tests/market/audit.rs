//! `repute audit` of the world's deployment, and of its agent's record.

use crate::{
    common::{Run, keys, run_with},
    json,
    world::World,
};
use std::fs;

fn audit(world: &World, arguments: &[&str]) -> Run {
    let manifest = world.path("manifest").display().to_string();
    let place = ["--rpc-url", &world.url, "--manifest", &manifest];
    run_with(&[&["audit"], arguments, &place].concat(), &keys(), &[])
}

pub fn the_deployment_and_the_record_are_as_they_should_be(world: &World) {
    let [page, kept, key, table] = ["page.html", "checkpoint", "viewing-key", "record.csv"]
        .map(|name| world.path(name).display().to_string());
    let run = audit(
        world,
        &[
            "--allow-development-keys",
            "--json",
            "--html",
            &page,
            "--checkpoint",
            &kept,
        ],
    );
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let report = json(&run);
    assert_eq!(report["ok"], true);
    assert_eq!(report["counts"]["takes"], 3);
    assert_eq!(report["counts"]["settlements"], 2);
    assert!(
        fs::read_to_string(&page)
            .expect("a page")
            .contains("Nothing was found")
    );
    assert!(fs::read(&kept).is_ok());

    // With faults, as text: the keys are for development.
    let run = audit(world, &[]);
    assert_eq!(run.code, Some(10), "{}{}", run.stdout, run.stderr);
    for expected in [
        "development-keys at the deployment",
        "Not checked",
        "payouts to agents",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }

    fs::write(&key, world.viewing_key()).expect("written");
    let run = audit(world, &["record", "--viewing-key", &key, "--csv", &table]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout
            .contains("3 jobs taken, 2 completed for 20.00 tUSD"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("counts as not completed: taken"),
        "{}",
        run.stdout
    );
    let rows = fs::read_to_string(&table).expect("a table");
    assert_eq!(rows.lines().count(), 1 + 7);
    let run = audit(world, &["record", "--viewing-key", &key, "--json"]);
    assert_eq!(json(&run)["commitments"], 8);

    let run = audit(world, &["record", "--viewing-key", &page]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
}
