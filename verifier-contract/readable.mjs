// What makes the contracts readable, as far as a script can tell: no file above 400 lines; every custom error says what it means,
// has an argument, and is expected by a test under the name of the contract that declares it; every event says what it is for; every
// verb has a test file of its name; every test that docs/invariants.md names exists.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MOST_LINES = 400;
const files = (folder, ending) => {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  const names = readdirSync(root, { recursive: true }).filter((name) => name.endsWith(ending));
  return names.map((name) => [`${folder}${name}`, readFileSync(root + name, "utf8")]);
};

const tests = files("test/", ".sol").map(([, text]) => text).join("\n");
const problems = [];
for (const [name, text] of files("contracts/", ".sol")) {
  const lines = text.split("\n").length - 1;
  if (lines > MOST_LINES) problems.push(`${name} has ${lines} lines, and ${MOST_LINES} are allowed: split it by what it does`);
  const contract = name.match(/(\w+)\.sol$/)[1];
  for (const [, before, error, parameters] of text.matchAll(/([^\n]*)\n\s*error (\w+)\(([^)]*)\)/g)) {
    if (!/\/\/\//.test(before)) problems.push(`${name}: error ${error} does not say what it means`);
    if (!parameters) problems.push(`${name}: error ${error} tells nothing: give it an argument`);
    const expected = new RegExp(`\\b${contract}\\.${error}\\.selector|"${error}\\(`).test(tests);
    if (!expected) problems.push(`${name}: no test expects ${contract}.${error}`);
  }
  for (const [, before, event] of text.matchAll(/([^\n]*)\n\s*event (\w+)\(/g)) {
    if (!/\/\/\//.test(before)) problems.push(`${name}: event ${event} does not say what it reveals`);
  }
}

// Where the tests of a contract's verbs are. The shows are views, and verbs all the same.
const VERBS = { JobBoard: "test/", AgentLedger: "test/", JobEscrow: "test/escrow/" };
for (const [contract, folder] of Object.entries(VERBS)) {
  const { abi } = JSON.parse(readFileSync(new URL(`artifacts/${contract}.json`, import.meta.url), "utf8"));
  for (const { type, name, stateMutability } of abi) {
    if (type !== "function" || !(stateMutability === "nonpayable" || /^verify/.test(name))) continue;
    const file = `${folder}${name[0].toUpperCase()}${name.slice(1)}.t.sol`;
    if (!existsSync(new URL(file, import.meta.url))) problems.push(`${contract}.${name} has no test file ${file}`);
  }
}

const invariants = readFileSync(new URL("../docs/invariants.md", import.meta.url), "utf8");
const all = ["test/", "../circuits/", "../sdk/"].flatMap((folder) => files(folder, ".sol").concat(files(folder, ".rs")));
const code = all.map(([, text]) => text).join("\n");
for (const row of invariants.split("\n").filter((line) => /^\| \w+\d+ \|/.test(line))) {
  const cells = row.split(" | ");
  if (cells.length !== 4 || cells.some((cell) => !cell.trim())) problems.push(`docs/invariants.md: not four cells: ${row}`);
  const named = [...cells.at(-1).matchAll(/`(\w+)`/g)].map(([, name]) => name);
  for (const name of named) {
    if (!new RegExp(`\\b(fn|function|contract) ${name}\\b`).test(code)) problems.push(`docs/invariants.md: there is no test ${name}`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length) process.exit(1);
console.log("contracts are readable as far as readable.mjs can tell");
