#!/usr/bin/env node
// forge calls this as its compiler: the npm package solc, behind the two options forge needs.
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", "");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}.Linux.g++\n`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
