#!/usr/bin/env bash
# Proves the lemmas about the small gadgets. Needs python3 (3.10 to 3.14, Linux on x86-64); the solver
# is installed from requirements.txt into the build directory.
set -euo pipefail
cd "$(dirname "$0")"

command -v python3 >/dev/null || { echo "python3 is missing: install it and retry" >&2; exit 1; }
environment="${CARGO_TARGET_DIR:-../../target}/lemmas"
if ! cmp -s requirements.txt "$environment/installed.txt"; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: -r requirements.txt
    cp requirements.txt "$environment/installed.txt"
fi
"$environment/bin/python" lemmas.py
