// Runs forge: `node forge.mjs test`. The command that npm installs forgets forge's exit code, and a failed test would pass;
// this starts the same binary and keeps it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const binary = createRequire(import.meta.url).resolve(`@foundry-rs/forge-${process.platform}-${{ x64: "amd64", arm64: "arm64" }[process.arch]}/bin/forge`);

/** Runs forge with these arguments; returns what `spawnSync` does. */
export const forge = (args, options = {}) => spawnSync(binary, args, { cwd: root, encoding: "utf8", ...options });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { status, error } = forge(process.argv.slice(2), { stdio: "inherit" });
  if (error) console.error(error.message);
  process.exit(status ?? 1);
}
