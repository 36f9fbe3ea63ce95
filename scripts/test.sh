#!/usr/bin/env bash
# Runs every test of the project. Needs cargo, node and npm; what else the tests need (solc, forge,
# anvil) is installed here from the lock file of verifier-contract/.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cargo node npm; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: install it and retry" >&2; exit 1; }
done

echo "== contracts: tools from the lock file, artifacts, forge tests"
(
    cd verifier-contract
    npm ci --no-fund --no-audit
    npm run --silent test
)

echo "== Rust: unit, integration and documentation tests"
cargo test --workspace --locked
