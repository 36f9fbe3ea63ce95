// Line and branch coverage of the contracts by the forge tests: prints the table and fails below 95 %. Takes about five
// minutes, because coverage needs a compilation of its own, through the intermediate language: without the optimizer the
// stack is too shallow otherwise.
import { forge } from "./forge.mjs";

const LEAST = 95;
// Assembly that tests run from its artifact or as a copy behind a key, where forge does not see its lines: `Poseidon.t.sol`,
// `Groth16.t.sol` and `tests/differential/` are what holds it. The calls of the hash and `OpenGate` (an empty function) have no
// lines that could be counted.
const NOT_COUNTED = "node_modules|test/|contracts/hash/|Groth16Runtime|OpenGate|contracts/testing";
// These look at gas or at the number of hashes, which another compilation changes, and at time that the optimizer there
// reorders with reads of it; or take long and add nothing.
const NOT_RUN = "test_gas|hashes_each_inner_node_once|modes_that_do_not_fit_the_rating|invariant_|ten_thousand|two_thousand";

const run = forge(
  ["coverage", "--ir-minimum", "--skip", "symbolic", "--no-match-coverage", NOT_COUNTED, "--no-match-test", NOT_RUN],
  { env: { ...process.env, FOUNDRY_FUZZ_RUNS: "16" } },
);
const table = run.stdout.slice(run.stdout.lastIndexOf("\n╭"));
console.log(table);
if (run.status !== 0) {
  console.error(run.stderr);
  process.exit(1);
}
const [lines, , branches] = table.match(/^\| Total .*$/m)[0].match(/[\d.]+(?=%)/g).map(Number);
for (const [what, percent] of Object.entries({ lines, branches })) {
  if (percent >= LEAST) continue;
  console.error(`only ${percent} % of the ${what} are covered, and ${LEAST} % must be: add tests`);
  process.exitCode = 1;
}
