#!/usr/bin/env bash
# Runs every test of the project. Needs cargo, node with npm, and python3; what else the tests need
# (solc, forge, anvil, slither, halmos, a solver) is installed here from the lock files beside what needs it.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cargo node npm python3; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: install it and retry" >&2; exit 1; }
done

echo "== contracts: tools from the lock file, artifacts, forge tests, coverage; beside them slither, and symbolic checks"
(
    cd verifier-contract
    npm ci --no-fund --no-audit
    # One thread, most of the time, and so are the forge tests: side by side. In a session of its own, to be ended as a whole.
    analysis="$(mktemp)"
    setsid ./analysis/run.sh >"$analysis" 2>&1 &
    trap 'kill -- -$! 2>/dev/null || true; rm -f "$analysis"' EXIT
    FOUNDRY_PROFILE=ci npm run --silent test
    npm run --silent coverage
    status=0
    wait $! || status=$?
    cat "$analysis"
    exit $status
)

echo "== lemmas about the gadgets, by a finite-field solver"
./circuits/lemmas/run.sh

echo "== snarkjs, which the prover's files are tested with"
(
    cd prover/tests/snarkjs
    npm ci --no-fund --no-audit
)

# The audit's page is laid out in a browser. Debian's is installed where that is possible.
if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "== Chromium, in which the audit's page is tested"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null ||
        echo "Chromium cannot be installed: the audit's page will not be laid out"
fi
command -v chromium >/dev/null || echo "== Without chromium the audit's page is not laid out: install it to test that"

if grep -qs avx512ifma /proc/cpuinfo; then
    engines="portable and AVX-512 IFMA"
else
    engines="portable alone: this CPU has no AVX-512 IFMA"
fi
echo "== Rust: unit, integration and documentation tests; the engine's back ends here: $engines"
cargo test --workspace --locked

echo "== a ceremony of the smallest statement, with the program that the tests built"
REPUTE="${CARGO_TARGET_DIR:-target}/debug/repute" ./scripts/ceremony.sh completion

echo "== the engine's portable kernels under valgrind"
./scripts/memcheck.sh
