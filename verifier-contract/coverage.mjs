// Line and branch coverage of the contracts by the forge tests: prints the table and fails below 95 %. Takes less than a minute.
import { forge } from "./forge.mjs";

const LEAST = 95;
// Of the contracts that are deployed nothing is left out, assembly is counted too (test/Covered.t.sol).
const NOT_COUNTED = "node_modules|test/|contracts/testing";
// These look at the gas of optimized code, also by the number of hashes it pays for; or take long and add nothing.
const NOT_RUN = "test_gas|hashes_each_inner_node_once|invariant_|ten_thousand|two_thousand";

const run = forge(["coverage", "--skip", "symbolic", "--no-match-coverage", NOT_COUNTED, "--no-match-test", NOT_RUN], {
  env: { ...process.env, FOUNDRY_PROFILE: "unoptimized" },
});
const table = run.stdout.slice(run.stdout.lastIndexOf("\n╭"));
console.log(table);
if (run.status !== 0) {
  console.error(run.stdout.match(/^\[FAIL.*$/gm)?.join("\n") ?? run.stderr);
  process.exit(1);
}
const [lines, , branches] = table.match(/^\| Total .*$/m)[0].match(/[\d.]+(?=%)/g).map(Number);
for (const [what, percent] of Object.entries({ lines, branches })) {
  if (percent >= LEAST) continue;
  console.error(`only ${percent} % of the ${what} are covered, and ${LEAST} % must be: add tests`);
  process.exitCode = 1;
}
