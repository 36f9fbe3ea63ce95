#!/usr/bin/env node
// forge calls this as its compiler: the npm package solc, behind the two options forge needs.
import { readFileSync } from "node:fs";
import solc from "solc";

// Coverage has to find each statement again in the bytecode, and mutants are many and quickly compiled without the optimizer. Without
// any of it there is too little stack for the code that encodes and decodes arguments: this lays out that code's stack, and leaves
// the rest as it is written.
const UNOPTIMIZED = {
  enabled: false,
  details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: ":" } },
};

if (process.argv.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", "");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}.Linux.g++\n`);
} else {
  const input = JSON.parse(readFileSync(0, "utf8"));
  if (process.env.FOUNDRY_PROFILE === "unoptimized") input.settings.optimizer = UNOPTIMIZED;
  process.stdout.write(solc.compile(JSON.stringify(input)));
}
