// What makes the contracts readable, as far as a script can tell: no file above 400 lines; every custom error is expected by name
// in a test; every event says what it is for.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MOST_LINES = 400;
const files = (folder, ending) => {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  const names = readdirSync(root, { recursive: true }).filter((name) => name.endsWith(ending));
  return names.map((name) => [`${folder}${name}`, readFileSync(root + name, "utf8")]);
};

const tests = files("test/", ".t.sol").map(([, text]) => text).join("\n");
const problems = [];
for (const [name, text] of files("contracts/", ".sol")) {
  const lines = text.split("\n").length - 1;
  if (lines > MOST_LINES) problems.push(`${name} has ${lines} lines, and ${MOST_LINES} are allowed: split it by what it does`);
  for (const [, error] of text.matchAll(/^\s*error (\w+)\(/gm)) {
    const expected = new RegExp(`\\b${error}\\.selector|"${error}\\(`).test(tests);
    if (!expected) problems.push(`${name}: no test expects ${error}`);
  }
  // The escrow's events are the standard's own.
  if (name.endsWith("IAgenticCommerce.sol")) continue;
  for (const [, before, event] of text.matchAll(/([^\n]*)\n\s*event (\w+)\(/g)) {
    if (!/\/\/\//.test(before)) problems.push(`${name}: event ${event} does not say what it reveals`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length) process.exit(1);
console.log("contracts are readable as far as readable.mjs can tell");
