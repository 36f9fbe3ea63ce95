// Changes the contracts one place at a time (mutants.mjs) and runs the forge tests on each: a mutant that no test notices
// survives, and fails this script unless the list says why it may. Works on a copy in cache/mutants. Takes some 15 seconds of one core
// for each. `node mutants/run.mjs WORD` runs those whose file or change has the word in it.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { forge } from "../forge.mjs";
import { MUTANTS } from "./mutants.mjs";

const root = new URL("../", import.meta.url);
const copy = new URL("cache/mutants/", root);
const path = (url) => fileURLToPath(url);

rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const part of ["contracts", "test", "artifacts", "foundry.toml", "solc.mjs", "package.json"]) {
  cpSync(new URL(part, root), new URL(part, copy), { recursive: true });
}
symlinkSync(path(new URL("node_modules", root)), path(new URL("node_modules", copy)));

// What the tests of a part do not need to run for the others: hash, tree and verifier are slow to test.
const SLOW = "test/{Groth16,Groth16Key,Covered,LeanTree,Poseidon}.t.sol";
const OF = { "verifier/Groth16": "test/{Groth16,Groth16Key}.t.sol", "ledger/LeanTree": "test/{LeanTree,SpendBatch,Register}.t.sol" };

// Gas of code that is not optimized; and the verifier's code, which a test that is linked compares with that of before the change.
const NOT_RUN = "test_gas|hashes_each_inner_node_once|test_code_is_the_runtime_and_the_key";

/** Runs the tests of a contract; linked, unless constructors matter: an expected revert of `new` is not seen then. */
function test(file, linked) {
  const part = Object.keys(OF).find((name) => file.startsWith(name));
  const paths = part ? ["--match-path", OF[part]] : ["--no-match-path", SLOW];
  const args = ["test", "--fail-fast", "--skip", "symbolic", "--skip", "Gas", "--no-match-test", NOT_RUN, ...paths];
  // Linked at run time, a test is not compiled again when a contract changes.
  const env = { ...process.env, FOUNDRY_PROFILE: "unoptimized", FOUNDRY_DYNAMIC_TEST_LINKING: String(linked) };
  const run = forge(args, { cwd: path(copy), env });
  if (/Compiler run failed|^Error: Compilation failed/m.test(run.stdout + run.stderr)) throw new Error(run.stdout + run.stderr);
  const failure = run.stdout.match(/^\[FAIL.*\] (\w+)/m)?.[1] ?? run.stderr.match(/^Error[^\n]*/m)?.[0];
  return { passed: run.status === 0, failure: failure ?? "?" };
}

for (const file of ["", ...Object.keys(OF)]) {
  const { passed, failure } = test(file, true);
  if (passed) continue;
  console.error(`the tests fail without a mutant: ${failure}`);
  process.exit(1);
}
let killed = 0;
for (const { file, from, to, survives } of MUTANTS) {
  if (process.argv[2] && !`${file} ${from} ${to}`.includes(process.argv[2])) continue;
  const source = new URL(`contracts/${file}`, copy);
  const text = readFileSync(source, "utf8");
  if (text.split(from).length !== 2) {
    console.error(`${file}: "${from}" is not there exactly once: change mutants.mjs`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(source, text.replace(from, () => to));
  let result;
  try {
    result = test(file, true);
    if (result.passed) result = test(file, false);
  } catch (error) {
    console.error(`${file}: "${to}" does not compile: change mutants.mjs\n${error.message}`);
    process.exitCode = 1;
    writeFileSync(source, text);
    continue;
  }
  writeFileSync(source, text);
  const { passed, failure } = result;
  if (!passed) killed++;
  if (passed === !survives) process.exitCode = 1;
  const verdict = passed ? (survives ? `survives: ${survives}` : "SURVIVES") : survives ? `killed by ${failure}, remove "survives"` : `killed by ${failure}`;
  console.log(`${file}: ${from.trim()}  =>  ${to.trim()}\n    ${verdict}`);
}
console.log(`${killed} killed`);
