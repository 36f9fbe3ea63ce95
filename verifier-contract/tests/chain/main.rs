//! The embedded chain: its JSON-RPC surface, and its agreement with anvil.

mod contracts;
mod parity;
mod rpc;
