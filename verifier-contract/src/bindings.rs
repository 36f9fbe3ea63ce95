//! alloy bindings of the contracts, generated from `artifacts/*.json`.
//!
//! Every contract has a module of its own, because the structs of an interface
//! (`IJobBoard::Post`) are generated next to each contract that uses them. The
//! manual of each function is its Solidity interface.

macro_rules! binding {
    ($(#[doc = $doc:literal])* $module:ident, $contract:ident, $path:literal) => {
        $(#[doc = $doc])*
        #[allow(missing_docs, clippy::all, reason = "generated from the artifact")]
        pub mod $module {
            alloy::sol!(
                #[sol(rpc, all_derives)]
                $contract,
                $path
            );
        }
        pub use $module::$contract;
    };
}

binding!(
    /// The jobs: posts, takes, settlements.
    job_board, JobBoard, "artifacts/JobBoard.json"
);
binding!(
    /// The private states: registration, spends, shows.
    agent_ledger, AgentLedger, "artifacts/AgentLedger.json"
);
binding!(
    /// The ERC-8183 escrow.
    job_escrow, JobEscrow, "artifacts/JobEscrow.json"
);
binding!(
    /// The one provider address that all agents share.
    private_provider, PrivateProvider, "artifacts/PrivateProvider.json"
);
binding!(
    /// Deploys a verifier; what then stands on chain answers as [`IGroth16Verifier`].
    groth16_verifier, Groth16Verifier, "artifacts/Groth16Verifier.json"
);
binding!(
    /// The code of a deployed Groth16 verifier, before its key.
    groth16_runtime, Groth16Runtime, "artifacts/Groth16Runtime.json"
);
binding!(
    /// A deployed Groth16 verifier with its key.
    igroth16_verifier, IGroth16Verifier, "artifacts/IGroth16Verifier.json"
);
binding!(
    /// circomlib's Poseidon of two and three inputs; called without a selector.
    poseidon, Poseidon, "artifacts/Poseidon.json"
);
binding!(
    /// The registration gate that admits everyone.
    open_gate, OpenGate, "artifacts/OpenGate.json"
);
binding!(
    /// The registration gate that takes a fee.
    fee_gate, FeeGate, "artifacts/FeeGate.json"
);
binding!(
    /// The registration gate that admits owners of ERC-8004 agent ids.
    erc8004_gate, Erc8004Gate, "artifacts/Erc8004Gate.json"
);
binding!(
    /// A token for tests, which anyone can mint.
    test_token, TestToken, "artifacts/TestToken.json"
);

/// ERC-20 with its metadata, for tokens that the project did not write.
#[allow(missing_docs, reason = "the functions are ERC-20's own")]
pub mod erc20 {
    alloy::sol! {
        #[sol(rpc, all_derives)]
        interface Erc20 {
            event Transfer(address indexed from, address indexed to, uint256 value);
            event Approval(address indexed owner, address indexed spender, uint256 value);
            function name() external view returns (string);
            function symbol() external view returns (string);
            function decimals() external view returns (uint8);
            function totalSupply() external view returns (uint256);
            function balanceOf(address account) external view returns (uint256);
            function allowance(address owner, address spender) external view returns (uint256);
            function approve(address spender, uint256 value) external returns (bool);
            function transfer(address to, uint256 value) external returns (bool);
            function transferFrom(address from, address to, uint256 value) external returns (bool);
        }
    }
}
pub use erc20::Erc20;
