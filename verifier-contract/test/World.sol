// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AgentLedger} from "../contracts/AgentLedger.sol";
import {JobBoard} from "../contracts/JobBoard.sol";
import {JobEscrow} from "../contracts/JobEscrow.sol";
import {PrivateProvider} from "../contracts/PrivateProvider.sol";
import {OpenGate} from "../contracts/gates/OpenGate.sol";
import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {Signing} from "./Signing.sol";
import {ListedVerifier} from "./doubles/ListedVerifier.sol";
import {vm} from "./Vm.sol";

/// @dev A deployment with listed proofs, five people, and each verb as a helper that succeeds unless a test says otherwise.
abstract contract World is Signing {
    uint256 internal constant CLIENT_KEY = 0xC11E47;
    uint256 internal constant WORKER_KEY = 0x303030;
    uint256 internal constant OTHER_KEY = 0xBAD;
    /// @dev Deploys ledger, board and provider and nothing else, so that their addresses are the same in every first world.
    address internal constant DEPLOYER = address(0xDE9107);
    address internal client = vm.addr(CLIENT_KEY);
    address internal worker = vm.addr(WORKER_KEY);
    address internal arbiter = address(0xA4B17E4);
    address internal relayer = address(0x4E1A);
    address internal stranger = address(0x57A);
    address internal recipient = address(0x4EC1);
    address internal feeRecipient = address(0xdEaD);

    uint256 internal constant START = 1_800_000_000;
    uint40 internal constant DAY = 1 days;
    uint96 internal constant BUDGET = 100e6;
    uint96 internal constant RELAY_FEE = 1e6 + 1;
    uint96 internal constant ARBITER_FEE = 5e6;
    uint96 internal constant BOND = 7e6;
    uint96 internal constant RECORD_FEE = 2e6;
    bytes32 internal constant DELIVERABLE = keccak256("deliverable");

    TestToken internal token;
    IAgenticCommerce internal escrow;
    AgentLedger internal ledger;
    PrivateProvider internal provider;
    address internal poseidon;
    ListedVerifier internal acceptVerifier;
    ListedVerifier internal settleVerifier;
    ListedVerifier internal refreshVerifier;
    ListedVerifier internal standingVerifier;
    ListedVerifier internal completionVerifier;
    ListedVerifier internal window16Verifier;
    ListedVerifier internal window128Verifier;
    ListedVerifier internal window512Verifier;

    /// @dev The ledger's refusals of a bad proof, by statement.
    bytes internal badAccept;
    bytes internal badSettle;
    bytes internal badRefresh;

    uint256 private fresh = 1000;

    function setUp() public virtual {
        vm.warp(START);
        token = _newToken();
        escrow = _newEscrow();
        poseidon = deployPoseidon();
        acceptVerifier = new ListedVerifier(8);
        settleVerifier = new ListedVerifier(8);
        refreshVerifier = new ListedVerifier(4);
        standingVerifier = new ListedVerifier(7);
        completionVerifier = new ListedVerifier(5);
        window16Verifier = new ListedVerifier(8);
        window128Verifier = new ListedVerifier(8);
        window512Verifier = new ListedVerifier(8);
        IAgentLedger.Verifiers memory verifiers = _verifiers();
        OpenGate gate = new OpenGate();
        uint256 nonce = vm.getNonce(DEPLOYER);
        address boardAt = vm.computeCreateAddress(DEPLOYER, nonce + 1);
        address providerAt = vm.computeCreateAddress(DEPLOYER, nonce + 2);
        vm.startPrank(DEPLOYER);
        ledger = new AgentLedger(poseidon, gate, IJobBoard(boardAt), verifiers);
        IJobBoard.Config memory config = _config(providerAt);
        board = new JobBoard(config);
        provider = new PrivateProvider(address(board));
        vm.stopPrank();
        badAccept = badProof(ledger.ACCEPT_VERIFIER());
        badSettle = badProof(ledger.SETTLE_VERIFIER());
        badRefresh = badProof(ledger.REFRESH_VERIFIER());
        ledger.register(7, "");
        address[5] memory people = [client, relayer, arbiter, stranger, worker];
        for (uint256 i = 0; i < people.length; i++) {
            token.mint(people[i], 1_000_000e6);
            approve(people[i], address(token), address(board), type(uint256).max);
        }
    }

    /// @dev Whatever the token returns.
    function approve(address owner, address token_, address spender, uint256 amount) internal {
        vm.prank(owner);
        (bool ok,) = token_.call(abi.encodeCall(TestToken(token_).approve, (spender, amount)));
        require(ok, "approve");
    }

    function _newToken() internal virtual returns (TestToken) {
        return new TestToken();
    }

    function _newEscrow() internal virtual returns (IAgenticCommerce) {
        return new JobEscrow(0, address(0));
    }

    function _verifiers() internal virtual returns (IAgentLedger.Verifiers memory) {
        return IAgentLedger.Verifiers(
            acceptVerifier,
            settleVerifier,
            refreshVerifier,
            standingVerifier,
            completionVerifier,
            window16Verifier,
            window128Verifier,
            window512Verifier
        );
    }

    function _config(address providerAt) internal view virtual returns (IJobBoard.Config memory) {
        return IJobBoard.Config({
            escrow: address(escrow),
            token: address(token),
            ledger: address(ledger),
            provider: providerAt,
            minBudget: 10e6,
            minReview: 1 hours,
            minHold: 2 hours,
            grace: 2 days,
            recordFee: RECORD_FEE,
            recordFeeRecipient: feeRecipient
        });
    }

    /// @dev From the artifact, which has other optimizer settings than the rest.
    function deployPoseidon() internal virtual returns (address deployed) {
        bytes memory code = vm.parseJsonBytes(vm.readFile("artifacts/Poseidon.json"), ".bytecode");
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), "no Poseidon");
    }

    function badProof(IGroth16Verifier verifier) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAgentLedger.InvalidProof.selector, verifier);
    }

    // Values

    function unused() internal returns (uint256) {
        return ++fresh;
    }

    function tag(string memory text) internal pure returns (uint256 value) {
        bytes memory ascii = bytes(text);
        for (uint256 i = 0; i < ascii.length; i++) {
            value = (value << 8) | uint8(ascii[i]);
        }
    }

    function list(ListedVerifier verifier, uint256[8] memory proof, uint256[8] memory inputs) internal {
        uint256[] memory dynamic = new uint256[](8);
        for (uint256 i = 0; i < 8; i++) {
            dynamic[i] = inputs[i];
        }
        verifier.list(proof, dynamic);
    }

    // Posts

    function terms() internal view virtual returns (IJobBoard.Terms memory t) {
        t.category = 42;
        t.policy = 3 | (uint256(9000) << 64);
        t.reviewer = 777;
        t.reviewPeriod = DAY;
        t.arbiter = arbiter;
        t.arbitrationPeriod = 3 * DAY;
        t.arbiterFee = ARBITER_FEE;
        t.takeBy = uint40(block.timestamp) + DAY;
        t.submitBy = uint40(block.timestamp) + 5 * DAY;
        t.relayFee = RELAY_FEE;
        t.bond = BOND;
        t.descriptionHash = keccak256("description");
        t.descriptionURI = "ipfs://description";
    }

    function doPost(IJobBoard.Terms memory t) internal returns (uint256 id, IJobBoard.Post memory p) {
        p = IJobBoard.Post(client, BUDGET, t);
        vm.prank(client);
        id = board.post(t, BUDGET);
    }

    function posted() internal returns (uint256 id, IJobBoard.Post memory p) {
        return doPost(terms());
    }

    // Take

    function acceptance(uint256 id, IJobBoard.Post memory p) internal returns (IJobBoard.Acceptance memory a) {
        id;
        p;
        a.proof[0] = unused();
        a.root = ledger.root();
        (a.nullifier, a.commitment, a.ticket) = (unused(), unused(), unused());
        a.provenAt = block.timestamp;
        (a.worker, a.relayer) = (worker, relayer);
    }

    function acceptInputs(uint256 id, IJobBoard.Post memory p, IJobBoard.Acceptance memory a)
        internal
        view
        returns (uint256[8] memory)
    {
        uint256 job = keyOf(id);
        bytes32 postHash = keccak256(abi.encode(p));
        return [
            a.root,
            a.nullifier,
            a.commitment,
            a.ticket,
            job,
            uint256(p.terms.category) + a.provenAt * 2 ** 32,
            p.terms.policy,
            k(abi.encode(tag("repute/accept/v1"), job, postHash, a.worker, a.relayer))
        ];
    }

    function listAccept(uint256 id, IJobBoard.Post memory p, IJobBoard.Acceptance memory a) internal {
        list(acceptVerifier, a.proof, acceptInputs(id, p, a));
    }

    function taken(IJobBoard.Terms memory t) internal returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = doPost(t);
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory approval = t.selective ? signApprove(CLIENT_KEY, id, a.worker) : bytes("");
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        board.take(id, p, a, signature, approval);
    }

    function taken() internal returns (uint256 id, IJobBoard.Post memory p) {
        return taken(terms());
    }

    // Submit

    function submitted(IJobBoard.Terms memory t) internal returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = taken(t);
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        vm.prank(relayer);
        board.submit(id, p, DELIVERABLE, signature);
    }

    function submitted() internal returns (uint256 id, IJobBoard.Post memory p) {
        return submitted(terms());
    }

    // Settle

    function settlement(uint256 id) internal returns (IJobBoard.Settlement memory s) {
        s.proof[0] = unused();
        s.root = ledger.root();
        (s.nullifier, s.commitment) = (unused(), unused());
        s.provenAt = block.timestamp;
        (s.recipient, s.minPayout) = (recipient, 90e6);
        (s.relayer, s.relayerFee) = (relayer, 3e6);
        signed(id, s);
    }

    function signed(uint256 id, IJobBoard.Settlement memory s) internal view {
        s.workerSignature = signSettle(WORKER_KEY, id, s);
    }

    function settleInputs(uint256 id, IJobBoard.Post memory p, IJobBoard.Settlement memory s)
        internal
        view
        returns (uint256[8] memory)
    {
        IJobBoard.Job memory job = board.job(id);
        return [
            s.root,
            s.nullifier,
            s.commitment,
            job.ticket,
            engagement(p, s.provenAt, job.takenAt, s.mode, job.openRating),
            p.terms.reviewer,
            k(abi.encode(DELIVERABLE)),
            k(abi.encode(tag("repute/settle/v1"), keyOf(id), s.recipient, s.minPayout, s.relayer, s.relayerFee))
        ];
    }

    function engagement(IJobBoard.Post memory p, uint256 at_, uint256 takenAt, uint256 mode, uint256 openRating)
        private
        pure
        returns (uint256)
    {
        uint256 slot = uint256(keccak256(abi.encode(p.client))) % 1984;
        return p.terms.category + at_ * 2 ** 32 + (slot / 248) * 2 ** 72 + (slot % 248) * 2 ** 75 + uint256(p.budget)
            * 2 ** 83 + takenAt * 2 ** 179 + 2 * 2 ** 219 + mode * 2 ** 221 + openRating * 2 ** 223;
    }

    function listSettle(uint256 id, IJobBoard.Post memory p, IJobBoard.Settlement memory s) internal {
        list(settleVerifier, s.proof, settleInputs(id, p, s));
    }

    function settle(uint256 id, IJobBoard.Post memory p, IJobBoard.Settlement memory s) internal {
        vm.prank(relayer);
        board.settle(id, p, s);
    }

    /// @dev A settlement with its proof listed.
    function proven(uint256 id, IJobBoard.Post memory p) internal returns (IJobBoard.Settlement memory s) {
        s = settlement(id);
        listSettle(id, p, s);
    }

    function expectSettleRevert(uint256 id, IJobBoard.Post memory p, IJobBoard.Settlement memory s, bytes memory reason)
        internal
    {
        vm.prank(relayer);
        vm.expectRevert(reason);
        board.settle(id, p, s);
    }

    function cancelled() internal returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = taken();
        bytes memory signature = signCancel(WORKER_KEY, id, block.timestamp);
        vm.prank(client);
        board.cancel(id, p, block.timestamp, signature);
    }

    function foldInputs(uint256 id, IJobBoard.Post memory p, IJobBoard.Fold memory f)
        internal
        view
        returns (uint256[8] memory)
    {
        IJobBoard.Job memory job = board.job(id);
        return [
            f.root,
            f.nullifier,
            f.commitment,
            job.ticket,
            p.terms.category + f.provenAt * 2 ** 32 + uint256(job.takenAt) * 2 ** 179 + 3 * 2 ** 219,
            p.terms.reviewer,
            k(abi.encode(bytes32(0))),
            k(abi.encode(tag("repute/settle/v1"), keyOf(id), address(0), uint256(0), f.relayer, uint256(0)))
        ];
    }

    // Times

    function reviewEnd(uint256 id, IJobBoard.Post memory p) internal view returns (uint256) {
        return uint256(board.job(id).submittedAt) + p.terms.reviewPeriod;
    }

    function arbitrationEnd(uint256 id, IJobBoard.Post memory p) internal view returns (uint256) {
        return reviewEnd(id, p) + p.terms.arbitrationPeriod;
    }

    /// @dev A warp that the optimizer cannot reorder with reads of block.timestamp.
    function warp(uint256 timestamp) internal {
        vm.warp(timestamp);
    }

    // Assertions

    error NotEqual(uint256 got, uint256 want);

    function eq(uint256 got, uint256 want) internal pure {
        if (got != want) revert NotEqual(got, want);
    }

    function eq(address got, address want) internal pure {
        eq(uint160(got), uint160(want));
    }

    function eq(bytes32 got, bytes32 want) internal pure {
        eq(uint256(got), uint256(want));
    }

    function eq(IJobBoard.Stage got, IJobBoard.Stage want) internal pure {
        eq(uint256(got), uint256(want));
    }

    function stageOf(uint256 id) internal view returns (IJobBoard.Stage) {
        return board.job(id).stage;
    }

    function balance(address who) internal view returns (uint256) {
        return token.balanceOf(who);
    }

    /// @dev What holds between any two transactions where nobody sent money around the board's verbs.
    function checkBooks() internal view {
        eq(balance(address(board)), board.liabilities());
        eq(balance(address(provider)), 0);
        eq(token.allowance(address(board), address(escrow)), 0);
    }
}
