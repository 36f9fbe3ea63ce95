//! The embedded chain: its JSON-RPC surface, its directory, and its agreement with anvil.

mod contracts;
mod kept;
mod parity;
mod rpc;
