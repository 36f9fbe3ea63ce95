//! The embedded chain: its JSON-RPC surface, its directory, and its agreement with anvil; and nodes at an
//! address.

mod contracts;
mod endpoint;
mod kept;
mod parity;
mod rpc;
