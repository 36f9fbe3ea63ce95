#!/usr/bin/env bash
# Runs tests of the engine's portable kernels under valgrind, which finds reads and writes outside
# of allocations and decisions that depend on uninitialised memory. Valgrind has no AVX-512, so the
# engine chooses the portable back end by itself; the variable makes sure.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
    echo "valgrind is missing: the memory check of the engine is SKIPPED" >&2
    exit 0
fi

# The whole workspace, so that what `cargo test --workspace` built is used as it is.
program=$(cargo test --workspace --no-run --locked --message-format=json |
    python3 -c '
import json, sys
messages = map(json.loads, sys.stdin)
programs = [m["executable"] for m in messages
            if m.get("profile", {}).get("test") and m.get("target", {}).get("name") == "repute_prover" and m.get("executable")]
print(programs[-1])')

# Each goes through unsafe code: tables in mapped memory and their files, gathered additions,
# transposed transforms, whole batches of proofs on several threads.
tests=(
    engine::memory
    engine::lanes
    engine::fft
    engine::addition
    stored_keys_load
    batches_keep_order
)
report=$(REPUTE_BACKEND=portable valgrind --quiet --error-exitcode=99 --fair-sched=yes \
    "$program" --test-threads=1 "${tests[@]}") || { echo "$report"; exit 1; }
echo "$report"
passed=$(sed -n 's/^test result: ok\. \([0-9]*\) passed.*/\1/p' <<<"$report")
if ((${passed:-0} < ${#tests[@]})); then
    echo "only $passed tests ran: a test named in $0 has another name now" >&2
    exit 1
fi
