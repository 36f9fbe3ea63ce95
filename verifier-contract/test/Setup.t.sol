// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AgentLedger} from "../contracts/AgentLedger.sol";
import {JobBoard} from "../contracts/JobBoard.sol";
import {JobEscrow} from "../contracts/JobEscrow.sol";
import {PrivateProvider} from "../contracts/PrivateProvider.sol";
import {OpenGate} from "../contracts/gates/OpenGate.sol";
import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IPrivateProvider} from "../contracts/interfaces/IPrivateProvider.sol";
import {IRegistrationGate} from "../contracts/interfaces/IRegistrationGate.sol";
import {ListedVerifier} from "./doubles/ListedVerifier.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract SetupTest is World {
    function boardRefused(IJobBoard.Config memory config, uint256 field) private {
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.InvalidConfig.selector, field));
        new JobBoard(config);
    }

    function ledgerRefused(
        address at_,
        IRegistrationGate gate,
        IJobBoard b,
        IAgentLedger.Verifiers memory v,
        address where
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidSetup.selector, where));
        new AgentLedger(at_, gate, b, v);
    }

    /// @dev A ledger that names the board we are about to deploy, so that only the field under test is wrong.
    function ledgerOfNextBoard(OpenGate gate) private returns (address) {
        address boardAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        return address(new AgentLedger(poseidon, gate, IJobBoard(boardAt), _verifiers()));
    }

    function test_board_refuses_a_least_budget_that_fees_use_up() external {
        IJobBoard.Config memory config = _config(address(provider));
        config.escrow = address(new JobEscrow(1_000, stranger));
        (config.minBudget, config.recordFee) = (100, 90);
        OpenGate gate = new OpenGate();
        config.ledger = ledgerOfNextBoard(gate);
        boardRefused(config, 4);
        config.recordFee = 89;
        config.ledger = ledgerOfNextBoard(gate);
        eq(new JobBoard(config).MIN_BUDGET(), 100);
    }

    function test_board_refuses_bad_configurations() external {
        OpenGate gate = new OpenGate();
        IJobBoard.Config memory good = _config(address(provider));
        for (uint256 field = 0; field < 10; field++) {
            IJobBoard.Config memory config = abi.decode(abi.encode(good), (IJobBoard.Config));
            config.ledger = ledgerOfNextBoard(gate);
            if (field == 0) config.escrow = stranger;
            if (field == 1) config.token = stranger;
            if (field == 2) config.ledger = address(ledger);
            if (field == 3) config.provider = address(0);
            if (field == 4) config.minBudget = config.recordFee;
            if (field == 5 || field == 6 || field == 8) continue;
            if (field == 7) config.grace = 1 days - 1;
            if (field == 9) config.recordFeeRecipient = address(0);
            boardRefused(config, field);
        }
        good.ledger = stranger;
        boardRefused(good, 2);
    }

    function test_board_names_what_it_is_bound_to() external view {
        eq(board.ESCROW(), address(escrow));
        eq(board.TOKEN(), address(token));
        eq(board.LEDGER(), address(ledger));
        eq(board.PROVIDER(), address(provider));
        eq(board.MIN_BUDGET(), 10e6);
        eq(board.MIN_REVIEW(), 1 hours);
        eq(board.MIN_HOLD(), 2 hours);
        eq(board.GRACE(), 2 days);
        eq(board.RECORD_FEE(), RECORD_FEE);
        eq(board.RECORD_FEE_RECIPIENT(), feeRecipient);
        eq(board.jobKey(9), keyOf(9));
        eq(address(ledger.BOARD()), address(board));
        eq(provider.BOARD(), address(board));
    }

    function test_the_job_key_changes_with_the_chain() external {
        uint256 key = board.jobKey(1);
        vm.chainId(block.chainid + 1);
        require(board.jobKey(1) != key, "same key on another chain");
        eq(board.jobKey(1), keyOf(1));
    }

    function test_ledger_refuses_bad_setups() external {
        OpenGate gate = new OpenGate();
        IAgentLedger.Verifiers memory v = _verifiers();
        IJobBoard b = IJobBoard(address(board));
        ledgerRefused(stranger, gate, b, v, stranger);
        // Code that is not the hash: returns one word of zeros.
        vm.etch(recipient, hex"60206000f3");
        ledgerRefused(recipient, gate, b, v, recipient);
        ledgerRefused(poseidon, IRegistrationGate(stranger), b, v, stranger);
        ledgerRefused(poseidon, gate, IJobBoard(address(0)), v, address(0));
        for (uint256 i = 0; i < 8; i++) {
            for (uint256 wrong = 0; wrong < 2; wrong++) {
                v = _verifiers();
                IGroth16Verifier bad = wrong == 0 ? IGroth16Verifier(stranger) : new ListedVerifier(9);
                if (i == 0) v.accept = bad;
                if (i == 1) v.settle = bad;
                if (i == 2) v.refresh = bad;
                if (i == 3) v.standing = bad;
                if (i == 4) v.completion = bad;
                if (i == 5) v.window16 = bad;
                if (i == 6) v.window128 = bad;
                if (i == 7) v.window512 = bad;
                ledgerRefused(poseidon, gate, b, v, address(bad));
            }
        }
    }

    function test_provider_refuses_a_board_that_names_another() external {
        vm.expectRevert(abi.encodeWithSelector(IPrivateProvider.NotProviderOf.selector, address(board)));
        new PrivateProvider(address(board));
        vm.expectRevert(abi.encodeWithSelector(IPrivateProvider.NotProviderOf.selector, stranger));
        new PrivateProvider(stranger);
    }

    function test_provider_acts_for_the_board_alone() external {
        token.mint(address(provider), 5);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IPrivateProvider.NotBoard.selector, stranger));
        provider.pay(stranger, 5);
        vm.expectRevert(abi.encodeWithSelector(IPrivateProvider.NotBoard.selector, stranger));
        provider.submit(1, DELIVERABLE);
    }
}
