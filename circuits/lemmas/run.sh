#!/usr/bin/env bash
# Proves the lemmas about the small gadgets. Needs python3 (3.10 to 3.14, Linux on x86-64); the solver
# is installed from requirements.txt into the build directory.
set -euo pipefail
cd "$(dirname "$0")"

environment="$(../../scripts/python-environment.sh lemmas "$PWD/requirements.txt")"
"$environment/bin/python" lemmas.py
