// Writes test/fixtures.json, what the forge tests compare with: hashes of poseidon-lite, roots of @zk-kit/lean-imt, and
// points of BN254's twist by @noble/curves. `node test/fixtures.mjs --check` fails if the file differs.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bn254 } from "@noble/curves/bn254.js";
import { LeanIMT } from "@zk-kit/lean-imt";

const { poseidon2, poseidon3 } = createRequire(import.meta.url)("poseidon-lite");
const R = bn254.fields.Fr.ORDER;
const word = (x) => "0x" + x.toString(16).padStart(64, "0");

// Hash chains: one wrong hash changes every later one. Start values cover the boundaries of the field.
const edges = [0n, 1n, 2n, R - 2n, R - 1n, R >> 1n, (1n << 253n) - 1n, 1n << 128n];
const pairs = edges.flatMap((a) => edges.map((b) => poseidon2([a, b])));
const triples = edges.flatMap((a) => edges.map((b) => poseidon3([a, b, (a + b) % R])));
let two = [1n, 2n];
for (let i = 0; i < 10_000; i++) two = [two[1], poseidon2(two)];
let three = [1n, 2n, 3n];
for (let i = 0; i < 2_000; i++) three = [three[1], three[2], poseidon3(three)];

const tree = new LeanIMT((a, b) => poseidon2([a, b]));
const roots = [];
for (let leaf = 1n; leaf <= 70n; leaf++) {
  tree.insert(leaf);
  roots.push(tree.root);
}

// A key whose secrets are known, so that a test computes a proof for any inputs: beta, gamma, delta and B are these times the
// generator of G2.
const g2 = (point) => [point.x.c1, point.x.c0, point.y.c1, point.y.c0].map(word);
const scalars = { beta: 5n, gamma: 7n, delta: 11n, b: 13n };
const points = Object.fromEntries(
  Object.entries(scalars).map(([name, scalar]) => [name, g2(bn254.G2.Point.BASE.multiply(scalar).toAffine())]),
);
// On the twist, but not of order r: the first x = (n, 1) with a point whose order is another.
const { Fp2 } = bn254.fields;
const B = Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n]));
let outside;
for (let n = 1n; !outside; n++) {
  const x = Fp2.fromBigTuple([n, 1n]);
  try {
    const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), B));
    if (!bn254.G2.Point.fromAffine({ x, y }).isTorsionFree()) outside = g2({ x, y });
  } catch {
    // No point with this x.
  }
}

const text =
  JSON.stringify(
    {
      poseidon: {
        edges: edges.map(word),
        pairs: pairs.map(word),
        triples: triples.map(word),
        chainOfPairs: word(two[1]),
        chainOfTriples: word(three[2]),
      },
      leanRoots: roots.map(word),
      twist: { ...points, outside },
    },
    null,
    1,
  ) + "\n";
const file = new URL("fixtures.json", import.meta.url);
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("test/fixtures.json is not what test/fixtures.mjs writes: run `node test/fixtures.mjs` and commit the result");
  process.exit(1);
}
