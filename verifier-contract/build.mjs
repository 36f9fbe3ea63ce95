// Compiles the contracts and writes artifacts/<Name>.json: {contractName, abi, bytecode, deployedBytecode} and, where there
// are any, immutableReferences (byte ranges of deployedBytecode that the constructor fills in). The same input gives
// the same bytes on every machine. `node build.mjs --check` compiles and fails if a file differs.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import solc from "solc";

const root = new URL("./", import.meta.url);
const artifacts = new URL("artifacts/", root);
const read = (path) => readFileSync(new URL(path, root), "utf8");

const SETTINGS = {
  evmVersion: "osaka",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 200 },
};
// The hash is called for every node of the tree: cheap to run, and its constants as literals, whatever their size.
const HASH_SETTINGS = { ...SETTINGS, optimizer: { enabled: true, runs: 10_000 } };

const GROUPS = [
  {
    settings: SETTINGS,
    sources: [
      "contracts/AgentLedger.sol",
      "contracts/JobBoard.sol",
      "contracts/JobEscrow.sol",
      "contracts/PrivateProvider.sol",
      "contracts/gates/Erc8004Gate.sol",
      "contracts/gates/FeeGate.sol",
      "contracts/gates/OpenGate.sol",
      "contracts/testing/TestToken.sol",
      "contracts/verifier/Groth16Runtime.sol",
      "contracts/verifier/Groth16Verifier.sol",
      "contracts/interfaces/IAgentLedger.sol",
      "contracts/interfaces/IAgenticCommerce.sol",
      "contracts/interfaces/IGroth16Verifier.sol",
      "contracts/interfaces/IJobBoard.sol",
      "contracts/interfaces/IPrivateProvider.sol",
      "contracts/interfaces/IRegistrationGate.sol",
    ],
  },
  { settings: HASH_SETTINGS, sources: ["contracts/hash/Poseidon.sol"] },
];
const CODE_LIMIT = 24_576;

function compile({ settings, sources }) {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(sources.map((path) => [path, { content: read(path) }])),
    settings: {
      ...settings,
      outputSelection: {
        "*": {
          "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"],
        },
      },
    },
  };
  const load = (path) => {
    const file = path.startsWith("@") ? `node_modules/${path}` : path;
    return existsSync(new URL(file, root)) ? { contents: read(file) } : { error: `${file} is missing: run \`npm ci\`` };
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  // Warnings in our own files count as errors; those in libraries are their authors' affair.
  const counts = ({ severity, sourceLocation }) => severity === "error" || !sourceLocation?.file.startsWith("@");
  const problems = (output.errors ?? []).filter(counts).map((error) => error.formattedMessage);
  if (problems.length) throw new Error(problems.join("\n"));
  return sources.map((path) => {
    const name = path.match(/(\w+)\.sol$/)[1];
    return [name, output.contracts[path][name]];
  });
}

function artifact(name, { abi, evm }) {
  const size = evm.deployedBytecode.object.length / 2;
  if (size > CODE_LIMIT) throw new Error(`${name} has ${size} bytes of code, the limit is ${CODE_LIMIT}`);
  // The compiler numbers immutables by syntax tree; only their places matter here.
  const places = Object.values(evm.deployedBytecode.immutableReferences ?? {}).flat();
  places.sort((a, b) => a.start - b.start);
  const content = {
    contractName: name,
    abi,
    bytecode: "0x" + evm.bytecode.object,
    deployedBytecode: "0x" + evm.deployedBytecode.object,
    ...(places.length ? { immutableReferences: places } : {}),
  };
  return JSON.stringify(content, null, 1) + "\n";
}

const wanted = new Map();
try {
  for (const [name, contract] of GROUPS.flatMap(compile)) wanted.set(`${name}.json`, artifact(name, contract));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

if (!process.argv.includes("--check")) {
  mkdirSync(artifacts, { recursive: true });
  for (const [file, text] of wanted) writeFileSync(new URL(file, artifacts), text);
  console.log(`wrote ${wanted.size} artifacts`);
} else {
  const present = existsSync(artifacts) ? readdirSync(fileURLToPath(artifacts)) : [];
  const stale = [...wanted].filter(([file, text]) => !present.includes(file) || readFileSync(new URL(file, artifacts), "utf8") !== text);
  const extra = present.filter((file) => !wanted.has(file));
  for (const [file] of stale) console.error(`artifacts/${file} is not what the sources give: run \`npm run build\` and commit it`);
  for (const file of extra) console.error(`artifacts/${file} belongs to no source: remove it`);
  if (stale.length || extra.length) process.exit(1);
  console.log(`${wanted.size} artifacts are up to date`);
}
