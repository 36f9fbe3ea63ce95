#!/usr/bin/env bash
# Makes a Python environment with exactly what a requirements file pins, once, and prints where it is.
# usage: python-environment.sh NAME requirements.txt
set -euo pipefail

command -v python3 >/dev/null || { echo "python3 is missing: install it and retry" >&2; exit 1; }
environment="${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/$1"
if ! cmp -s "$2" "$environment/installed.txt"; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: -r "$2" >&2
    cp "$2" "$environment/installed.txt"
fi
cd "$environment" && pwd
