// One change each: `from`, which the file has exactly once, becomes `to`. `survives` says why no test can notice.
const M = (file, from, to, survives) => ({ file, from, to, survives });

export const MUTANTS = [
  // What the board owes
  M("board/BoardState.sol", "surplus < posted.budget ? surplus", "surplus > posted.budget ? surplus"),
  M("board/BoardState.sol", "before > liabilities ? before - liabilities : 0", "before"),
  M("board/BoardState.sol", "liabilities += refund;", ""),
  M("board/BoardState.sol", "block.timestamp < expiryOf(posted.terms)", "block.timestamp <= expiryOf(posted.terms)"),
  M("board/BoardState.sol", "if (arrived != amount) revert WrongAmount(amount, arrived);", ""),
  M("board/BoardState.sol", "credits[owner] += amount;", "credits[owner] = amount;"),
  M("board/BoardState.sol", "periodsEnd > holdEnd ? periodsEnd : holdEnd", "periodsEnd"),
  M("board/BoardState.sol", "block.timestamp - provenAt <= PROOF_AGE", "block.timestamp - provenAt < PROOF_AGE"),
  M("board/BoardState.sol", "provenAt <= block.timestamp && ", ""),
  M("board/BoardState.sol", "recipient == address(0) || recipient == address(this) ||", "recipient == address(0) ||"),
  M("board/BoardState.sol", "config.minBudget <= config.recordFee", "config.minBudget < config.recordFee"),
  M("board/BoardState.sol", "relayer == address(0) || msg.sender == relayer", "true"),
  // Posting
  M("board/Posting.sol", "liabilities += _deposit(terms, budget);", "liabilities += budget;"),
  M("board/Posting.sol", "terms.takeBy <= block.timestamp", "terms.takeBy < block.timestamp"),
  M("board/Posting.sol", "terms.submitBy <= terms.takeBy", "terms.submitBy < terms.takeBy"),
  M("board/Posting.sol", "terms.reviewer >= Field.R", "terms.reviewer > Field.R"),
  M("board/Posting.sol", "if (!arbitrated && !terms.selective) revert InvalidTerms(4);", ""),
  // Taking and submitting
  M("board/Working.sol", "_requireNotAfter(terms.takeBy);", ""),
  M("board/Working.sol", "_requireRecent(acceptance.provenAt);", ""),
  M("board/Working.sol", "if (terms.selective) _requireApprove", "if (false) _requireApprove"),
  M("board/Working.sol", "_pull(msg.sender, terms.bond);", ""),
  M("board/Working.sol", "liabilities + terms.bond - posted.budget - relayHalf", "liabilities - posted.budget - relayHalf"),
  M("board/Working.sol", "terms.relayFee - terms.relayFee / 2", "terms.relayFee / 2"),
  M("board/Working.sol", "_requireNotAfter(posted.terms.submitBy);", ""),
  M("board/Working.sol", "token.forceApprove(address(escrow), 0);", "{}"),
  M("board/Working.sol", "if (sent != budget) revert WrongAmount(budget, sent);", ""),
  // Reviewing
  M("board/Reviewing.sol", "if (rating > MAX_RATING) revert InvalidRating(rating);", ""),
  M("board/Reviewing.sol", "if (stored.dispute != Dispute.None) revert WrongDispute(stored.dispute);", ""),
  M("board/Reviewing.sol", "_requireNotAfter(_arbitrationEnd(stored, posted.terms));", ""),
  M("board/Reviewing.sol", "refund + posted.terms.bond", "refund"),
  M("board/Reviewing.sol", "_credit(postId, posted.terms.arbiter, posted.terms.arbiterFee);", ""),
  // Undoing
  M("board/Undoing.sol", "_requireNotAfter(deadline);", ""),
  M("board/Undoing.sol", "uint256(terms.submitBy) + 1", "uint256(terms.submitBy)"),
  M("board/Undoing.sol", "stored.dispute == Dispute.RuledFor ? 0 : terms.arbiterFee", "terms.arbiterFee"),
  // Settling
  M("board/Settling.sol", "if (block.timestamp < holdEnd)", "if (block.timestamp <= holdEnd)"),
  M("board/Settling.sol", "block.timestamp > _reviewEnd(stored, terms)", "block.timestamp >= _reviewEnd(stored, terms)"),
  M("board/Settling.sol", "stored.dispute != Dispute.Raised || block.timestamp", "block.timestamp"),
  M("board/Settling.sol", "if (stored.dispute != Dispute.RuledFor) _credit", "_credit"),
  M("board/Settling.sol", "arrived - RECORD_FEE < relayerFee", "arrived < relayerFee"),
  M("board/Settling.sol", "if (payout < settlement.minPayout)", "if (payout <= settlement.minPayout)"),
  M("board/Settling.sol", "jobs[items[batch.kept[j]].postId].stage = Stage.Submitted;", "{}"),
  M("board/Settling.sol", "_send(address(provider), _balance(address(this)) - boardBefore);", ""),
  M("board/Statements.sol", "(slot % WORD_SLOTS) << 75", "(slot % WORD_SLOTS) << 76"),
  // Ledger
  M("AgentLedger.sol", "if (isRegistered[identity]) revert AlreadyRegistered(identity);", ""),
  M("AgentLedger.sol", "isSpent[own[1]] = true;", ""),
  M("AgentLedger.sol", "kind == Spend.Accept ? ACCEPT_VERIFIER : SETTLE_VERIFIER", "SETTLE_VERIFIER"),
  M("AgentLedger.sol", "if (isSpent[nullifier]) revert NullifierSpent(nullifier);\n        // Compared", "// Compared"),
  M("AgentLedger.sol", "block.timestamp > deadline", "block.timestamp >= deadline"),
  M("ledger/LeanTree.sol", "complete & 1 == 1 && complete > first", "complete & 1 == 1"),
  M("ledger/LeanTree.sol", "(number, index) = (number + 1, 0);\n        uint256 count", "index = 0;\n        uint256 count"),
  // Escrow and provider
  M("JobEscrow.sol", "block.timestamp < job.expiredAt", "block.timestamp <= job.expiredAt"),
  M("JobEscrow.sol", "if (before == JobStatus.Open || budget == 0) return;", "if (budget == 0) return;"),
  M("JobEscrow.sol", "platformFees[token] = 0;", ""),
  M("JobEscrow.sol", "status == JobStatus.Open && job.budget == 0", "status == JobStatus.Open"),
  M("JobEscrow.sol", "if (job.status != JobStatus.Submitted) revert WrongStatus(jobId, job.status);", ""),
  M("PrivateProvider.sol", "if (msg.sender != BOARD) revert NotBoard(msg.sender);", ""),
  // Verifier
  M("verifier/Groth16Verifier.sol", "keccak256(_slice(key, 6, 2)) == keccak256(_slice(key, 10, 2))", "keccak256(_slice(key, 6, 4)) == keccak256(_slice(key, 10, 4))"),
  M("verifier/Groth16Runtime.sol", "valid := and(valid, lt(input, r))\n                    mstore(add(ic", "mstore(add(ic"),
  M("verifier/Groth16Runtime.sol", "valid := and(lt(ay, q), eq(mload(0x00), length))", "valid := eq(mload(0x00), length)"),
  M("verifier/Groth16Runtime.sol", "weight := mulmod(weight, z, r)", "weight := 1"),
  // Gates
  M("gates/Erc8004Gate.sol", "isUsed[agentId] = true;", ""),
  M("gates/FeeGate.sol", "if (msg.sender != LEDGER) revert NotLedger(msg.sender);", ""),
];
