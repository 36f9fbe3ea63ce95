//! Poseidon and the tree, in Rust and on the chain.

use crate::{
    chain::{call, provider},
    known_key::deploy,
};
use alloy::primitives::{Address, Bytes, U256};
use alloy::providers::DynProvider;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use repute_circuits::{
    field::{Fr, ORDER, reduce_word, to_word},
    poseidon,
    state::{AgentState, commitment},
    tree::LeanImt,
};
use repute_contracts::bindings::Poseidon;

const VECTORS: usize = 10_000;
const REGISTRATIONS: usize = 150;

/// What the contract says of some words, which it takes modulo r.
async fn on_chain(provider: &DynProvider, poseidon: Address, words: &[U256]) -> U256 {
    let data = words.iter().flat_map(U256::to_be_bytes::<32>).collect();
    let hash = call(provider, poseidon, data)
        .await
        .expect("two or three words");
    U256::from_be_slice(&hash)
}

async fn assert_equal(provider: &DynProvider, contract: Address, words: [U256; 3]) {
    let [a, b, c] = words.map(reduce_word);
    let pair = on_chain(provider, contract, &words[..2]).await;
    assert_eq!(pair, to_word(poseidon::hash([a, b])), "P_2 of {words:?}");
    let triple = on_chain(provider, contract, &words).await;
    assert_eq!(
        triple,
        to_word(poseidon::hash([a, b, c])),
        "P_3 of {words:?}"
    );
}

#[tokio::test]
async fn poseidon_is_the_same_on_ten_thousand_random_vectors_and_at_the_edges() {
    let provider = provider();
    let contract = *Poseidon::deploy(&provider)
        .await
        .expect("it deploys")
        .address();
    let edges = [
        U256::ZERO,
        U256::ONE,
        ORDER - U256::ONE,
        ORDER,
        ORDER + U256::ONE,
        ORDER << 1,
        U256::ONE << 253,
        U256::MAX,
    ];
    for a in edges {
        for b in edges {
            for c in edges {
                assert_equal(&provider, contract, [a, b, c]).await;
            }
        }
    }
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for _ in 0..VECTORS {
        let words = [(); 3].map(|()| U256::from_limbs(rng.r#gen()));
        assert_equal(&provider, contract, words).await;
    }
}

#[tokio::test]
async fn the_tree_has_the_same_roots_after_random_registrations() {
    let deployment = deploy(provider()).await;
    let ledger = deployment.ledger();
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut tree = LeanImt::new();
    let genesis = AgentState::genesis().digest();
    for number in 0..REGISTRATIONS {
        let identity: Fr = reduce_word(U256::from_limbs(rng.r#gen()));
        let receipt = ledger
            .register(to_word(identity), Bytes::new())
            .send()
            .await
            .expect("the gate is open")
            .get_receipt()
            .await
            .expect("it is mined");
        assert!(receipt.status());
        tree.insert(commitment(identity, genesis))
            .expect("there is room");
        let root = ledger.root().call().await.expect("the ledger answers");
        assert_eq!(
            Some(root),
            tree.root().map(to_word),
            "after {number} others"
        );
    }
}
