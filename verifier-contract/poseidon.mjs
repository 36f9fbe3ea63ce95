// Writes contracts/hash/Poseidon.sol and contracts/hash/Genesis.sol from the Poseidon constants of circomlib, as the npm
// package poseidon-lite carries them. `node poseidon.mjs --check` fails if the files differ from what it would write.
//
// Poseidon as in Grassi, Khovratovich, Rechberger, Roy, Schofnegger, "Poseidon: a new hash function for zero-knowledge
// proof systems" (2021): x^5, 8 full rounds around P partial ones. In a partial round only lane 0 meets the S-box; the other
// n = t - 1 lanes are a linear system driven by its output s:
//
//     lane0' = m*s + v.y        y' = W*y + w*s        (M = [[m, v], [w, W]], constants set aside)
//
// In the controller canonical form y = T*z of that system (Kailath, "Linear systems", 1980, section 2.3) the vector z is a
// shift register: z1' = s + a1*z1 + .. + an*zn, z2' = z1, .., with the characteristic polynomial
// x^n - a1*x^(n-1) - .. - an of W, and lane0' = m*s + (v*T).z. So a partial round takes 2n + 1 multiplications by
// constants that are the same in every round, and they stay on the stack. T^-1 is merged into the matrix before the first
// partial round; the lanes' additive constants run through the same linear system and end up on lane 0.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const { poseidon2, poseidon3, poseidon4, poseidon8 } = require("poseidon-lite");
const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const PARTIAL = { 3: 57, 4: 56 };

const mod = (x) => ((x % R) + R) % R;
const dot = (a, b) => mod(a.reduce((sum, x, i) => sum + x * b[i], 0n));
const times = (m, v) => m.map((row) => dot(row, v));
const column = (m, j) => m.map((row) => row[j]);
const product = (a, b) => a.map((row) => b[0].map((_, j) => dot(row, column(b, j))));
const power = (x, e) => (e === 0n ? 1n : mod((e & 1n ? x : 1n) * power(mod(x * x), e >> 1n)));

function inverse(matrix) {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let c = 0; c < n; c++) {
    const p = rows.findIndex((row, i) => i >= c && row[c] !== 0n);
    if (p < 0) throw new Error("singular matrix");
    [rows[c], rows[p]] = [rows[p], rows[c]];
    const scale = power(rows[c][c], R - 2n);
    rows[c] = rows[c].map((x) => mod(x * scale));
    rows.forEach((row, i) => {
      if (i !== c) rows[i] = row.map((x, j) => mod(x - row[c] * rows[c][j]));
    });
  }
  return rows.map((row) => row.slice(n));
}

// Characteristic polynomial x^n - a1*x^(n-1) - .. - an by Faddeev and LeVerrier.
function characteristic(W) {
  const n = W.length;
  let N = W.map((row) => row.map(() => 0n));
  let c = 1n;
  const a = [];
  for (let k = 1; k <= n; k++) {
    N = product(W, N).map((row, i) => row.map((x, j) => mod(x + (i === j ? c : 0n))));
    const trace = product(W, N).reduce((sum, row, i) => sum + row[i], 0n);
    c = mod(-trace * power(BigInt(k), R - 2n));
    a.push(mod(-c));
  }
  return a;
}

function parameters(t) {
  const file = require(`./node_modules/poseidon-lite/constants/${t - 1}.js`).default;
  const number = (x) => BigInt("0x" + Buffer.from(x, "base64").toString("hex"));
  const C = file.C.map(number);
  const M = file.M.map((row) => row.map(number));
  const round = (k) => C.slice(k * t, k * t + t);
  const P = PARTIAL[t];
  const m = M[0][0];
  const v = M[0].slice(1);
  const w = column(M, 0).slice(1);
  const W = M.slice(1).map((row) => row.slice(1));
  const a = characteristic(W);
  // Columns of T: w, W*w - a1*w, W*(that) - a2*w, ..
  const columns = [w];
  for (let i = 0; i + 1 < t - 1; i++) columns.push(times(W, columns[i]).map((x, j) => mod(x - a[i] * w[j])));
  const T = w.map((_, i) => columns.map((col) => col[i]));
  const c = T[0].map((_, j) => dot(v, column(T, j)));
  const Ti = inverse(T);
  const entry = [M[0], ...M[0].map((_, j) => times(Ti, column(M, j).slice(1))).reduce(
    (rows, col) => rows.map((row, i) => [...row, col[i]]),
    Ti.map(() => []),
  )];
  // Constants on lane 0 before each partial round's S-box, and on all lanes before the first full round after.
  let drift = w.map(() => 0n);
  let lane0 = round(4)[0];
  const e = [];
  for (let k = 0; k < P; k++) {
    e.push(lane0);
    const shifted = drift.map((d, i) => d + round(4 + k)[i + 1]);
    lane0 = mod(dot(v, shifted) + round(5 + k)[0]);
    drift = times(W, shifted);
  }
  const exit = [lane0, ...drift.map((d, i) => mod(d + round(4 + P)[i + 1]))];
  return { t, P, M, m, a, c, T, entry, e, exit, round };
}

// The same steps as the assembly, to compare with poseidon-lite before anything is written.
function model(p, inputs) {
  const { t, P, M, m, a, c, T, entry, e, exit, round } = p;
  const sbox = (x) => power(mod(x), 5n);
  let x = [0n, ...inputs];
  for (let k = 0; k < 4; k++) {
    x = x.map((lane, i) => sbox(lane + round(k)[i]));
    x = times(k < 3 ? M : entry, x);
  }
  let [lane, ...z] = x;
  for (let k = 0; k < P; k++) {
    const s = sbox(lane + e[k]);
    lane = mod(m * s + dot(c, z));
    z = [mod(s + dot(a, z)), ...z.slice(0, -1)];
  }
  x = [lane, ...times(T, z)];
  for (let k = 0; k < 4; k++) {
    const add = k === 0 ? exit : round(4 + P + k);
    x = times(M, x.map((y, i) => sbox(y + add[i])));
  }
  return x[0];
}

const hex = (x) => "0x" + x.toString(16).padStart(64, "0");
// Nested to the right, since Yul evaluates arguments from the right: one open value on the stack at a time.
const sum = (terms) => terms.reduceRight((acc, term) => (acc ? `add(${term}, ${acc})` : term), "");
const mul = (constant, name) => `mulmod(${typeof constant === "bigint" ? hex(constant) : constant}, ${name}, r)`;
// T^-1 * w = (1, 0, ..): the entry matrix has a column of a one and zeros. The lane itself is an S-box output, below r.
const row = (constants, names) =>
  sum(names.flatMap((name, j) => (constants[j] === 0n ? [] : [constants[j] === 1n ? name : mul(constants[j], name)])));

// A hash function in assembly. `resident` constants are stack variables, the others literals.
function assembly(p, inputs, resident) {
  const { t, P, M, m, a, c, T, entry, e, exit, round } = p;
  const out = [];
  const constants = { m, ...Object.fromEntries(a.map((x, i) => [`a${i + 1}`, x])), ...Object.fromEntries(c.map((x, i) => [`c${i + 1}`, x])) };
  const named = (name) => (resident.includes(name) ? name : constants[name]);
  const lanes = Array.from({ length: t }, (_, i) => `x${i}`);
  const next = lanes.map((x) => x.replace("x", "y"));
  // Scoped, since a variable that ends is cheaper than one that is assigned again.
  const fifth = (name) => `{ let t := mulmod(${name}, ${name}, r) ${name} := mulmod(mulmod(t, t, r), ${name}, r) }`;
  const plus = (constant, expression) => (constant === undefined ? expression : `add(${hex(constant)}, ${expression})`);
  // A full round; `adds` are the constants that come before the S-boxes of the next one.
  const full = (matrix, adds) => {
    out.push(...lanes.map(fifth));
    // Lane 0 is computed last, straight into its place.
    for (let i = 1; i < t; i++) out.push(`let ${next[i]} := ${plus(adds[i], row(matrix[i], lanes))}`);
    out.push([`x0 := ${plus(adds[0], row(matrix[0], lanes))}`, ...next.slice(1).map((y, i) => `x${i + 1} := ${y}`)].join(" "));
  };
  const last = () => {
    out.push(...lanes.map(fifth));
    const terms = lanes.map((x, j) => mul(M[0][j], x));
    out.push(`hash := addmod(${sum(terms.slice(0, -1))}, ${terms.at(-1)}, r)`);
  };
  // Scopes the y lanes; braces share lines with statements, the file is long enough.
  const block = (lines) => {
    const start = out.length;
    lines();
    out[start] = `{ ${out[start]}`;
    out[out.length - 1] += " }";
  };
  out.push("let r := R", `let x0 := ${hex(round(0)[0])}`);
  inputs.forEach((name, i) => out.push(`let x${i + 1} := addmod(${name}, ${hex(round(0)[i + 1])}, r)`));
  for (let k = 0; k < 4; k++) block(() => (k < 3 ? full(M, round(k + 1)) : full(entry, [e[0]])));
  let z = lanes.slice(1);
  const partial = () => {
    resident.forEach((name) => out.push(`let ${name} := ${hex(constants[name])}`));
    for (let k = 0; k < P; k++) partialRound(k);
  };
  const partialRound = (k) => {
    const oldest = z.at(-1);
    const lane0 = sum([mul(named("m"), "s"), ...z.map((name, i) => mul(named(`c${i + 1}`), name))]);
    const register = sum(["s", ...z.map((name, i) => mul(named(`a${i + 1}`), name))]);
    out.push(
      "{ let t := mulmod(x0, x0, r) let s := mulmod(mulmod(t, t, r), x0, r) " +
        `x0 := ${plus(k + 1 < P ? e[k + 1] : exit[0], lane0)} ${oldest} := ${register} }`,
    );
    z = [oldest, ...z.slice(0, -1)];
  };
  block(partial);
  block(() => {
    T.forEach((constants, i) => out.push(`let ${next[i + 1]} := ${plus(exit[i + 1], row(constants, z))}`));
    out.push(lanes.slice(1).map((x, i) => `${x} := ${next[i + 1]}`).join(" "));
  });
  for (let k = 1; k < 4; k++) block(() => full(M, round(4 + P + k)));
  block(last);
  return out.map((line) => "            " + line).join("\n");
}

const two = parameters(3);
const three = parameters(4);
let seed = 1n;
const random = () => (seed = poseidon2([seed, 7n]));
for (let i = 0; i < 200; i++) {
  const pick = () => [0n, 1n, R - 1n, random()][i < 64 ? Math.floor(Number(random() % 4n)) : 3];
  const [x, y, z] = [pick(), pick(), pick()];
  if (model(two, [x, y]) !== poseidon2([x, y])) throw new Error("the two-input model differs from poseidon-lite");
  if (model(three, [x, y, z]) !== poseidon3([x, y, z])) throw new Error("the three-input model differs from poseidon-lite");
}

const poseidon = `// SPDX-License-Identifier: MIT OR Apache-2.0
// Written by poseidon.mjs from circomlib's constants; change that script, not this file.
pragma solidity 0.8.37;

/// @title Poseidon of two and three inputs over BN254's scalar field, as circomlib has it.
/// @notice 64 bytes of calldata give P_2, 96 bytes P_3; other lengths revert. Inputs are taken modulo r; the result is
/// below r. No function selector: the hash is called once for each tree node, and a selector would cost more than it tells.
/// @dev poseidon.mjs explains the form of the partial rounds.
///
/// Additions are lazy: \`add\` instead of \`addmod\`, and only mulmod reduces. No sum overflows, because 2^256 > 5.29 r and
/// every sum is below 5 r:
///  - a mulmod result is below r, and so is every constant;
///  - first additions are addmod: below r;
///  - full round: a lane is a sum of t <= 4 mulmods (< 4 r), plus one constant (< 5 r); an S-box's output is a mulmod (< r);
///  - partial round: s is a mulmod (< r); lane 0 is a sum of t mulmods plus a constant (< (t + 1) r <= 5 r); the new
///    register value is s plus t - 1 mulmods (< t r <= 4 r); the others are old values;
///  - way out: a lane is a sum of t - 1 mulmods, plus a constant (< t r);
///  - the result is an addmod of a sum of t - 1 mulmods and one more.
contract Poseidon {
    uint256 private constant R = ${hex(R)};

    /// @dev Calldata is two or three words and nothing else.
    error InputLength(uint256 bytesGiven);

    fallback() external {
        uint256 hash;
        if (msg.data.length == 64) hash = hash2(word(0), word(32));
        else if (msg.data.length == 96) hash = hash3(word(0), word(32), word(64));
        else revert InputLength(msg.data.length);
        assembly ("memory-safe") {
            mstore(0, hash)
            return(0, 32)
        }
    }

    function word(uint256 offset) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(offset)
        }
    }

    function hash2(uint256 a, uint256 b) private pure returns (uint256 hash) {
        assembly ("memory-safe") {
${assembly(two, ["a", "b"], ["m", "a1", "a2", "c1", "c2"])}
        }
    }

    function hash3(uint256 a, uint256 b, uint256 c) private pure returns (uint256 hash) {
        assembly ("memory-safe") {
${assembly(three, ["a", "b", "c"], ["m", "a1", "a2", "a3", "c1", "c2", "c3"])}
        }
    }
}
`;

const tag = (text) => BigInt("0x" + Buffer.from(text).toString("hex"));
const genesis = `// SPDX-License-Identifier: MIT OR Apache-2.0
// Written by poseidon.mjs; change that script, not this file.
pragma solidity 0.8.37;

/// @dev GENESIS = P_4(0, 0, P_8(0, 0, 0, 0, 0, 0, 0, 0), 0), the digest of an empty record.
uint256 constant GENESIS = ${hex(poseidon4([0n, 0n, poseidon8(Array(8).fill(0n)), 0n]))};

/// @dev tag("note"): the ASCII bytes of "repute/note/v1" as a big-endian integer.
uint256 constant TAG_NOTE = ${"0x" + tag("repute/note/v1").toString(16)};
`;

const check = process.argv.includes("--check");
for (const [path, text] of [["contracts/hash/Poseidon.sol", poseidon], ["contracts/hash/Genesis.sol", genesis]]) {
  const url = new URL(path, import.meta.url);
  if (!check) writeFileSync(url, text);
  else if (readFileSync(url, "utf8") !== text) {
    console.error(`${path} is not what poseidon.mjs writes: run \`node poseidon.mjs\` and commit the result`);
    process.exitCode = 1;
  }
}
