#!/usr/bin/env bash
# A whole set-up on this machine, with three contributors and a beacon, by the native commands.
#
#   scripts/ceremony.sh                     every statement, deployments with the keys, and payments on them
#   scripts/ceremony.sh completion          this statement alone, up to keys that are checked and kept
#   POWERS=file.ptau scripts/ceremony.sh    from a phase 1 file instead of INSECURE development powers of tau
#
# REPUTE names the program, WORK a directory to work in; both have defaults. It is a rehearsal: the three
# contributors sit on one machine, so that whoever has the machine has all their secrets. docs/ceremony.md
# says what a real one does differently.
set -euo pipefail
cd "$(dirname "$0")/.."

statements=("$@")
all=(completion refresh standing accept settle window-16 window-128 window-512)
[ "${#statements[@]}" -gt 0 ] || statements=("${all[@]}")

if [ -z "${REPUTE:-}" ]; then
    cargo build --release --locked -p repute-cli
    REPUTE="${CARGO_TARGET_DIR:-target}/release/repute"
fi
node=""
temporary=""
clean_up() {
    [ -z "$node" ] || kill "$node" 2>/dev/null || true
    [ -z "$temporary" ] || rm -rf "$temporary"
}
trap clean_up EXIT
[ -n "${WORK:-}" ] || { temporary="$(mktemp -d)"; WORK="$temporary"; }
mkdir -p "$WORK"

# The rows of each circuit as a power of two; from 2^15 on, phase 1 has to have one power more.
power=0
for statement in "${statements[@]}"; do
    rows="$(sed -n 's/^domain: 2^//p' "circuits/shape/$statement.txt")"
    [ -n "$rows" ] || { echo "there is no statement $statement" >&2; exit 2; }
    [ "$rows" -le 14 ] || rows=$((rows + 1))
    [ "$rows" -le "$power" ] || power="$rows"
done

step() { echo "== $*"; }

allowed=""
if [ -z "${POWERS:-}" ]; then
    allowed="--allow-development-keys"
    POWERS="$WORK/powers.ptau"
    step "phase 1: INSECURE development powers of tau, up to 2^$power rows"
    "$REPUTE" keys powers "$power" --out "$POWERS"
fi

for statement in "${statements[@]}"; do
    step "$statement: the first key"
    "$REPUTE" keys new-zkey "$statement" --powers "$POWERS" --out "$WORK/$statement-0.zkey"
    number=0
    for name in Ada Ben Cleo; do
        step "$statement: $name contributes"
        # What a person would type. The system's random numbers are added to it.
        head -c 64 /dev/urandom | od -An -tx1 | "$REPUTE" keys contribute "$WORK/$statement-$number.zkey" \
            --name "$name" --typed-from - --out "$WORK/$statement-$((number + 1)).zkey"
        rm "$WORK/$statement-$number.zkey"
        number=$((number + 1))
    done
    step "$statement: the beacon"
    # In a real ceremony: a value that became public after the last contribution.
    beacon="$(sha256sum "$WORK/$statement-$number.zkey" | cut -d' ' -f1)"
    "$REPUTE" keys beacon "$WORK/$statement-$number.zkey" --value "$beacon" --iterations 10 --name beacon \
        --out "$WORK/$statement.zkey"
    rm "$WORK/$statement-$number.zkey"
    step "$statement: the outcome is checked, and its keys are kept"
    "$REPUTE" keys import-zkey "$statement" "$WORK/$statement.zkey" --powers "$POWERS" --keys "$WORK/keys"
done
"$REPUTE" keys list --keys "$WORK/keys"

for statement in "${all[@]}"; do
    if ! ls "$WORK/keys/$statement"-*.keys >/dev/null 2>&1; then
        echo "A deployment takes keys of every statement, and there are none of $statement: this ends here."
        exit 0
    fi
done
step "a deployment with these keys, and jobs that are paid on proofs made with them"
"$REPUTE" demo --keys "$WORK/keys" --json > "$WORK/demo.json"
node -e '
    const report = JSON.parse(require("fs").readFileSync(process.argv[1]));
    if (!report.ok || report.keys.includes("development") || report.payments.length === 0) process.exit(1);
    console.log(`${report.payments.length} transfers of tokens, with ${report.keys}`);
' "$WORK/demo.json"

anvil=verifier-contract/node_modules/.bin/anvil
if [ ! -x "$anvil" ]; then
    echo "Without anvil this ends here: \`npm ci\` in verifier-contract installs it, to deploy on a node too."
    exit 0
fi
step "repute deploy --keys on a local node, and its manifest"
"$anvil" --port 0 --hardfork osaka > "$WORK/anvil.log" &
node=$!
for _ in $(seq 300); do
    address="$(sed -n 's/^Listening on //p' "$WORK/anvil.log")"
    [ -z "$address" ] || break
    sleep 0.1
done
[ -n "$address" ] || { echo "anvil does not listen" >&2; exit 1; }
# The first of anvil's accounts, whose keys everybody knows.
REPUTE_KEY=0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 \
    "$REPUTE" deploy --rpc-url "http://$address" --keys "$WORK/keys" --test-token --min-budget 10 \
    --manifest "$WORK/manifest.json"
"$REPUTE" keys list --keys "$WORK/keys" --json > "$WORK/list.json"
node -e '
    const [manifest, list] = process.argv.slice(1).map((file) => JSON.parse(require("fs").readFileSync(file)));
    for (const [statement, { keys, circuitHash }] of Object.entries(manifest.verifiers)) {
        const kept = list.keys.find((entry) => entry.statement === statement && entry.keys === keys);
        if (!kept || kept.circuit !== circuitHash) {
            throw new Error(`the manifest says "${keys}" of ${statement}, which are not the keys that were kept`);
        }
    }
    console.log("the manifest names the ceremony of each statement");
' "$WORK/manifest.json" "$WORK/list.json"
step "the audit of that deployment"
# shellcheck disable=SC2086 # None or one option.
"$REPUTE" audit --rpc-url "http://$address" --manifest "$WORK/manifest.json" $allowed
