// Writes the known answers beside this file, from the JavaScript libraries in the lock file:
//     npm ci && npm run generate
// tests/known_answers.rs compares the crate with them. Field elements are decimal strings, byte
// strings are hexadecimal.

const fs = require("node:fs")
const path = require("node:path")
const poseidonLite = require("poseidon-lite")
const eddsa = require("@zk-kit/eddsa-poseidon")
const { LeanIMT } = require("@zk-kit/lean-imt")

const ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** The name and version of an installed package. */
function source(name) {
    const manifest = path.join(__dirname, "node_modules", name, "package.json")
    return `${name} ${JSON.parse(fs.readFileSync(manifest, "utf8")).version}`
}

function write(name, packages, content) {
    const document = { source: packages.map(source).join(", "), ...content }
    const text = JSON.stringify(document, (_, v) => (typeof v === "bigint" ? v.toString() : v), 2)
    fs.writeFileSync(path.join(__dirname, name), `${text}\n`)
}

/** Elements that look random and are always the same: x ↦ x² + 1 from a fixed start. */
function* elements() {
    let x = 1234567890123456789012345678901234567890n
    for (;;) {
        x = (x * x + 1n) % ORDER
        yield x
    }
}

function poseidon() {
    const random = elements()
    const vectors = []
    for (let n = 1; n <= 12; n += 1) {
        const hash = poseidonLite[`poseidon${n}`]
        const fill = (f) => Array.from({ length: n }, (_, i) => f(i))
        for (const inputs of [
            fill(() => 0n),
            fill((i) => BigInt(i + 1)),
            fill(() => ORDER - 1n),
            fill((i) => (i % 2 === 0 ? 0n : ORDER - 1n)),
            fill(() => random.next().value),
            fill(() => random.next().value)
        ]) {
            vectors.push({ inputs, hash: hash(inputs) })
        }
    }
    write("poseidon.json", ["poseidon-lite"], { vectors })
}

/** A number as 32 little-endian bytes in hexadecimal. */
function littleEndian(number) {
    return Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse().toString("hex")
}

function signatures() {
    const random = elements()
    const privateKeys = [Buffer.alloc(32, 0), Buffer.alloc(32, 0xff), Buffer.from([...Array(32).keys()])]
    while (privateKeys.length < 10) {
        privateKeys.push(Buffer.from(littleEndian(random.next().value), "hex"))
    }
    const keys = privateKeys.map((privateKey) => {
        const publicKey = eddsa.derivePublicKey(privateKey)
        const messages = [0n, 1n, ORDER - 1n, random.next().value]
        return {
            privateKey: privateKey.toString("hex"),
            publicKey,
            packed: littleEndian(eddsa.packPublicKey(publicKey)),
            digest: poseidonLite.poseidon2(publicKey),
            signatures: messages.map((message) => {
                const signature = eddsa.signMessage(privateKey, message)
                if (!eddsa.verifySignature(message, signature, publicKey)) {
                    throw new Error("a signature just made does not verify")
                }
                return {
                    message,
                    r8: signature.R8,
                    s: signature.S,
                    packed: eddsa.packSignature(signature).toString("hex")
                }
            })
        }
    })
    write("eddsa.json", ["@zk-kit/eddsa-poseidon", "poseidon-lite"], { keys })
}

function trees() {
    const hash = (a, b) => poseidonLite.poseidon2([a, b])
    const random = elements()
    const leaves = Array.from({ length: 33 }, () => random.next().value)
    const trees = []
    for (let size = 0; size <= leaves.length; size += 1) {
        const tree = new LeanIMT(hash)
        leaves.slice(0, size).forEach((leaf) => tree.insert(leaf))
        const proofs = [...new Set([0, size >> 1, size - 2, size - 1])]
            .filter((leaf) => leaf >= 0 && leaf < size)
            .map((leaf) => {
                const { index, siblings } = tree.generateProof(leaf)
                return { leaf, index, siblings }
            })
        trees.push({ size, depth: tree.depth, root: size === 0 ? null : tree.root, proofs })
    }
    write("lean_imt.json", ["@zk-kit/lean-imt", "poseidon-lite"], { leaves, trees })
}

poseidon()
signatures()
trees()
