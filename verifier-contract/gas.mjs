// Measures the gas of every entry point as a transaction of its own (test/Gas.t.sol) and writes snapshots/Gas.json.
// `node gas.mjs --check` leaves the file alone and fails where a number differs from it by more than 1 %.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TOLERANCE = 0.01;
const file = new URL("snapshots/Gas.json", import.meta.url);
const before = existsSync(file) ? readFileSync(file, "utf8") : "{}";
const run = spawnSync("npx", ["forge", "test", "--match-contract", "GasTest", "--isolate"], {
  cwd: fileURLToPath(new URL(".", import.meta.url)),
  env: { ...process.env, FOUNDRY_NO_MATCH_CONTRACT: "none" },
  encoding: "utf8",
});
if (run.status !== 0) {
  console.error(run.stdout + run.stderr);
  process.exit(1);
}
if (process.argv.includes("--check")) {
  const [old, now] = [before, readFileSync(file, "utf8")].map((text) => JSON.parse(text));
  writeFileSync(file, before);
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (name in old && name in now && Math.abs(now[name] - old[name]) <= TOLERANCE * old[name]) continue;
    console.error(`${name}: ${old[name] ?? "missing"} gas committed, ${now[name] ?? "missing"} now; \`npm run gas\` and commit it`);
    process.exitCode = 1;
  }
} else {
  for (const [name, gas] of Object.entries(JSON.parse(readFileSync(file, "utf8")))) console.log(gas.padStart(9), name);
}
