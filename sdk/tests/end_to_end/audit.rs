//! A deployment with every kind of job, audited: honest, through a relaying contract, and resumed.

use crate::world::{DAY, HOUR, TOKEN, World};
use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::{client::RpcClient, types::TransactionRequest},
    sol_types::SolCall,
};
use repute_contracts::{
    Manifest,
    bindings::{Erc20, JobBoard, job_board::IJobBoard},
    dev::dev_signers,
    provider::connect,
};
use repute_sdk::{
    audit::{Audit, Fault, Progress, Reason, Report, audit_record},
    board::{Fold, Settle},
    request::Request,
};
use std::sync::Mutex;

/// What the relayer gets for a settlement.
const FEE: u128 = TOKEN;

/// An audit that tells nobody how far it is.
pub async fn audit(client: RpcClient, manifest: &Manifest) -> Report {
    Audit::new(client, manifest.clone())
        .allow_development_keys()
        .run(&|_| {})
        .await
        .expect("the node answers")
}

/// The faults in a report, each once.
pub fn faults(report: &Report) -> Vec<Fault> {
    let mut faults: Vec<Fault> = report.findings.iter().map(|f| f.fault).collect();
    faults.sort();
    faults.dedup();
    faults
}

async fn settlement(world: &mut World, agent: usize, id: u64, release: Option<Bytes>) -> Request {
    let terms = Settle {
        relayer: world.relayer(),
        relayer_fee: FEE,
        release,
        ..Settle::default()
    };
    let agent = &mut world.agents[agent].agent;
    let request = agent.settle(&world.log, id, terms).await;
    request.expect("it settles")
}

async fn delivered(world: &mut World, agent: usize, client: usize) -> u64 {
    let terms = world.terms().await;
    let id = world.post(client, &terms).await;
    world.take(agent, id, None).await;
    world.submit(agent, id).await;
    id
}

/// The item of a batch that a settlement's request stands for.
fn item(request: &Request) -> IJobBoard::Item {
    let call = JobBoard::settleCall::abi_decode(&request.calldata).expect("a settlement");
    IJobBoard::Item {
        postId: call.postId,
        posted: call.posted,
        settlement: call.settlement,
    }
}

/// Jobs that end in every way.
pub async fn history(world: &mut World) {
    world.register(0).await;
    world.register(1).await;

    // Released on the record and paid before its review ended.
    let id = delivered(world, 0, 0).await;
    let deliverable = world.job(id).submitted.expect("submitted").deliverable;
    let receipt = world.clients[0].release(world.job(id), deliverable).await;
    world
        .record("release", &receipt.expect("it releases"))
        .await;
    world.wait(HOUR).await;
    let request = settlement(world, 0, id, None).await;
    world.relay("settle", request).await;

    // Two agents' jobs, cleared by silence and rated in the open, paid in one batch.
    let silent = delivered(world, 0, 1).await;
    let rated = delivered(world, 1, 0).await;
    let receipt = world.clients[0].rate(world.job(rated), 40).await;
    world.record("rate", &receipt.expect("it rates")).await;
    world.wait(2 * HOUR + 1).await;
    let items = vec![
        item(&settlement(world, 0, silent, None).await),
        item(&settlement(world, 1, rated, None).await),
    ];
    let batch = JobBoard::settleBatchCall { items };
    let receipt = world
        .relay
        .account()
        .send(world.chain.board(), &batch)
        .await;
    world
        .record("settleBatch", &receipt.expect("it pays both"))
        .await;

    // Signed and not on the record.
    let id = delivered(world, 1, 1).await;
    world.wait(HOUR).await;
    let deliverable = world.job(id).submitted.expect("submitted").deliverable;
    let release = world.clients[1].sign_release(world.job(id), deliverable);
    let request = settlement(world, 1, id, Some(release)).await;
    world.relay("settle", request).await;

    // Disputed and ruled against; called off and folded; never delivered; withdrawn.
    let id = delivered(world, 1, 1).await;
    let receipt = world.clients[1].dispute(world.job(id)).await;
    world
        .record("dispute", &receipt.expect("it disputes"))
        .await;
    let receipt = world.arbiter.rule(world.job(id), false).await;
    world.record("rule", &receipt.expect("it rules")).await;
    called_off(world).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(1, id, None).await;
    world.wait(13 * HOUR).await;
    let receipt = world.clients[0].reclaim(world.job(id)).await;
    world
        .record("reclaim", &receipt.expect("it reclaims"))
        .await;
    let terms = world.terms().await;
    let id = world.post(2, &terms).await;
    let receipt = world.clients[2].withdraw(world.job(id)).await;
    world
        .record("withdraw", &receipt.expect("it withdraws"))
        .await;

    // A refresh, a credit taken, a gift to the board, and jobs that stay open, taken and expired.
    let request = world.agents[0].agent.refresh(&world.log).await;
    world.relay("refresh", request.expect("it refreshes")).await;
    let to = world.clients[2].account().address();
    let credit = JobBoard::withdrawCreditCall { to };
    let receipt = world.clients[2]
        .account()
        .send(world.chain.board(), &credit)
        .await;
    world.record("credit", &receipt.expect("it is owed")).await;
    let gift = Erc20::transferCall {
        to: world.chain.board(),
        value: U256::from(7),
    };
    let token = world.chain.manifest().token.address;
    let receipt = world.clients[2].account().send(token, &gift).await;
    world.record("gift", &receipt.expect("it gives")).await;
    let expired = delivered(world, 1, 0).await;
    world.wait(5 * DAY).await;
    assert!(world.job(expired).is_cleared(world.now().await));
    let terms = world.terms().await;
    let taken = world.post(0, &terms).await;
    world.take(0, taken, None).await;
    let terms = world.terms().await;
    world.post(1, &terms).await;
}

async fn called_off(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    let deadline = world.now().await + HOUR;
    let agent = &world.agents[0].agent;
    let consent = agent
        .sign_cancel(&world.log, id, deadline)
        .expect("it is not submitted");
    let receipt = world.clients[0]
        .cancel(world.job(id), deadline, consent)
        .await;
    world.record("cancel", &receipt.expect("it cancels")).await;
    let fold = Fold {
        relayer: world.relayer(),
    };
    let request = world.agents[0].agent.fold(&world.log, id, fold).await;
    world.relay("fold", request.expect("it folds")).await;
}

/// The honest deployment: nothing is found, everything is counted, and a checkpoint serves.
pub async fn honest(world: &World, client: RpcClient) {
    let report = audit(client.clone(), world.chain.manifest()).await;
    assert!(report.ok, "{:#?}", report.findings);
    let counts = report.counts;
    assert_eq!(
        (counts.registrations, counts.takes, counts.settlements),
        (2, 9, 4)
    );
    assert_eq!(
        (counts.batched_settlements, counts.refreshes, counts.folds),
        (2, 1, 1)
    );
    assert_eq!(report.proofs(), 9 + 4 + 1 + 1);
    let of = |reason| {
        report
            .moved
            .iter()
            .find(|m| m.reason == reason)
            .map(|m| m.amount)
    };
    assert_eq!(of(Reason::Gift), Some(U256::from(7)));
    assert_eq!(report.held.open_posts, 1);
    assert_eq!(report.held.unresolved_jobs, 2);
    let last = report.series.last().expect("blocks");
    assert_eq!((last.takes, last.completed), (9, 4));

    crate::page::is_fit_to_read(&report);

    let strict = Audit::new(client.clone(), world.chain.manifest().clone());
    let strict = strict.run(&|_| {}).await.expect("the node answers");
    assert_eq!(faults(&strict), [Fault::DevelopmentKeys]);

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("checkpoint");
    let resumable = Audit::new(client, world.chain.manifest().clone())
        .allow_development_keys()
        .with_checkpoint(path.clone());
    let first = resumable.run(&|_| {}).await.expect("it audits");
    assert_eq!(first, report);
    let blocks = Mutex::new(0);
    let count = |step| {
        if matches!(step, Progress::Blocks { .. }) {
            *blocks.lock().expect("no panic") += 1;
        }
    };
    let again = resumable.run(&count).await.expect("it audits");
    assert_eq!(*blocks.lock().expect("no panic"), 0, "nothing is replayed");
    assert_eq!(again, report);
    std::fs::write(&path, "{}").expect("writable");
    let error = resumable.run(&|_| {}).await.expect_err("no checkpoint");
    assert!(error.to_string().contains("remove it"), "{error}");
}

/// Each agent's record, as an auditor with its viewing key rebuilds it.
pub fn records(world: &World) {
    for person in &world.agents {
        let wallet = person.agent.wallet();
        let report = audit_record(wallet.reader(), &world.log).expect("it is registered");
        assert!(report.ok, "{:?}", report.findings);
        let (state, last) = (wallet.state(), report.rows.last().expect("it worked"));
        assert_eq!(
            (last.accepted, last.completed, last.cancelled, last.volume),
            (
                state.accepted,
                state.completed,
                state.cancelled,
                state.volume
            )
        );
        assert_eq!(last.rating_sum, state.rating_sum);
        let open = state.accepted - state.completed - state.cancelled;
        assert_eq!(report.unresolved.len(), usize::try_from(open).expect("few"));
        assert_eq!(report.commitments, report.rows.len() + 1);
        let csv = report.to_csv();
        let columns = |line: &str| line.split(',').count();
        assert_eq!(csv.lines().count(), report.rows.len() + 1);
        assert!(csv.lines().all(|line| columns(line) == 15), "{csv}");
        assert_eq!(
            csv.matches("completed,").count() - 1,
            state.completed as usize
        );
    }
}

/// Deploys a contract that forwards whatever it is called with to `to`.
async fn forwarder(client: &RpcClient, to: Address) -> Address {
    // CALLDATACOPY(0, 0, CALLDATASIZE); CALL(GAS, to, 0, 0, CALLDATASIZE, 0, 0); reverts where that does.
    let mut code = vec![0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f, 0x5f, 0x73];
    code.extend(to.as_slice());
    code.extend([0x5a, 0xf1, 0x60, 0x26, 0x57, 0x5f, 0x5f, 0xfd, 0x5b, 0x00]);
    let length = u8::try_from(code.len()).expect("short");
    // Returns what stands behind it.
    let mut creation = vec![0x60, length, 0x80, 0x60, 0x09, 0x3d, 0x39, 0x3d, 0xf3];
    creation.extend(code);
    let [signer, ..] = dev_signers();
    let provider = connect(client.clone(), Some(EthereumWallet::from(signer.clone())));
    let deploy = TransactionRequest::default()
        .from(signer.address())
        .with_deploy_code(creation);
    let pending = provider.send_transaction(deploy).await.expect("it is sent");
    let receipt = pending.get_receipt().await.expect("it is mined");
    receipt.contract_address.expect("it is there")
}

/// A settlement and a refresh that arrive through other contracts: derived again where the node traces,
/// and else said to be unchecked.
pub async fn forwarded(world: &mut World, client: RpcClient, traces: bool) {
    world.register(0).await;
    let id = delivered(world, 0, 0).await;
    world.wait(2 * HOUR + 1).await;
    let agent = &mut world.agents[0].agent;
    let settle = agent.settle(&world.log, id, Settle::default()).await;
    through(world, &client, &settle.expect("it settles")).await;
    let refresh = world.agents[0].agent.refresh(&world.log).await;
    through(world, &client, &refresh.expect("it refreshes")).await;

    let report = audit(client, world.chain.manifest()).await;
    assert!(report.ok, "{:#?}", report.findings);
    assert_eq!((report.counts.settlements, report.counts.refreshes), (1, 1));
    let untraced = report
        .not_checked
        .iter()
        .find(|u| u.what.contains("no trace"));
    assert_eq!(untraced.map(|u| u.times), (!traces).then_some(2));
    assert_eq!(report.proofs(), if traces { 3 } else { 1 });
}

async fn through(world: &mut World, client: &RpcClient, request: &Request) {
    let forwarder = forwarder(client, request.to).await;
    let account = world.relay.account();
    let receipt = account.send_raw(forwarder, request.calldata.clone()).await;
    world
        .record("forwarded", &receipt.expect("it is forwarded"))
        .await;
}
