// Measures the gas of every entry point as a transaction of its own (test/Gas*.t.sol) and writes snapshots/Gas.json.
// `node gas.mjs --check` leaves the file alone and fails where a number differs from it by more than 1 %. Either way, each
// function that changes something must have a row: its name, after "escrow." for the escrow's, and what tells rows apart.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { forge } from "./forge.mjs";

const TOLERANCE = 0.01;
const CONTRACTS = [
  { name: "JobBoard", prefix: "" },
  // The board's calls of the ledger are in take, settle and settleBatch.
  { name: "AgentLedger", prefix: "", without: ["spend", "spendBatch"] },
  { name: "JobEscrow", prefix: "escrow." },
];

const here = (path) => new URL(path, import.meta.url);
const file = here("snapshots/Gas.json");
const before = existsSync(file) ? readFileSync(file, "utf8") : "{}";
const run = forge(["test", "--match-contract", "^Gas", "--isolate"], {
  env: { ...process.env, FOUNDRY_NO_MATCH_CONTRACT: "none" },
});
if (run.status !== 0) {
  console.error(run.stdout + run.stderr);
  process.exit(1);
}
const [old, now] = [before, readFileSync(file, "utf8")].map((text) => JSON.parse(text));

const missing = CONTRACTS.flatMap(({ name, prefix, without = [] }) => {
  const { abi } = JSON.parse(readFileSync(here(`artifacts/${name}.json`), "utf8"));
  const verbs = abi.filter(({ type, stateMutability }) => type === "function" && stateMutability === "nonpayable");
  const rows = verbs.map((verb) => verb.name).filter((verb) => !without.includes(verb));
  return rows.map((verb) => prefix + verb).filter((row) => !Object.keys(now).some((key) => key.split(/[ ,]/)[0] === row));
});
for (const row of missing) {
  console.error(`${row} is not measured: add it to test/Gas*.t.sol`);
  process.exitCode = 1;
}

if (process.argv.includes("--check")) {
  writeFileSync(file, before);
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (name in old && name in now && Math.abs(now[name] - old[name]) <= TOLERANCE * old[name]) continue;
    console.error(`${name}: ${old[name] ?? "missing"} gas committed, ${now[name] ?? "missing"} now; \`npm run gas\` and commit it`);
    process.exitCode = 1;
  }
} else {
  for (const [name, gas] of Object.entries(now)) console.log(gas.padStart(9), name);
}
