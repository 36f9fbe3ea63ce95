#!/usr/bin/env bash
# Looks at the contracts with slither, and runs the symbolic checks of test/symbolic/ with halmos. Needs what `npm ci`
# installs and python3.11 on Linux x86-64; both tools are installed from requirements.txt into the build directory.
# usage: run.sh [slither | symbolic | symbolic-all]; without an argument the first two
set -euo pipefail
cd "$(dirname "$0")/.."

environment="$(../scripts/python-environment.sh analysis "$PWD/analysis/requirements.txt")"
# forge itself, and not the command that npm installs: that one forgets the exit code, and halmos would go on with old code.
export PATH="$environment/bin:$PWD/node_modules/@foundry-rs/forge-linux-amd64/bin:$PWD/node_modules/.bin:$PATH"

slither() {
    python3 analysis/slither.py
}

# check_settleBatch, one item with anything wrong with it, alone takes as long as all others of its contract; what it does with
# the item is what settle does. What a batch adds, several items, is in BatchSymbolic and LedgerSymbolic.
symbolic() {
    FOUNDRY_PROFILE=symbolic halmos --forge-build-out cache/symbolic --match-contract Symbolic --match-test "$1"
}

case "${1:-all}" in
    slither) slither ;;
    symbolic) symbolic '^check_(?!settleBatch)' ;;
    symbolic-all) symbolic '^check_' ;;
    all) slither && symbolic '^check_(?!settleBatch)' ;;
    *) echo "usage: run.sh [slither | symbolic | symbolic-all]" >&2; exit 2 ;;
esac
