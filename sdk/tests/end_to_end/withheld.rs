//! A relayer withholds a take: the state it saw is refreshed before the agent does anything else.

use crate::world::{HOUR, World};
use repute_sdk::{
    board::{AgentError, Take},
    wallet::{Notes, Purpose, REFRESH_DELAY, Wallet, WalletError},
};

pub async fn tell(world: &mut World) {
    world.register(0).await;
    world.register(1).await;
    let terms = world.terms().await;
    let [first, second] = [world.post(0, &terms).await, world.post(1, &terms).await];

    // An empty record has one state only: it cannot be refreshed and has nothing to hide.
    let agent = &mut world.agents[0].agent;
    let empty = agent.refresh(&world.log).await;
    assert!(
        matches!(
            empty,
            Err(AgentError::Wallet(WalletError::NothingToRefresh))
        ),
        "{empty:?}"
    );
    agent
        .take(&world.log, second, Take::default())
        .await
        .expect("withheld");
    world.take(0, first, None).await;

    // The relayer keeps this one to itself.
    let now = world.now().await;
    let agent = &mut world.agents[0].agent;
    let withheld = agent
        .take(&world.log, second, Take::default())
        .await
        .expect("it takes");
    let shown_worker = agent.worker(&world.log, second).expect("there");
    let purpose = Purpose::Take { post_id: second };
    let shown = agent
        .wallet()
        .shown()
        .expect("registered")
        .expect("it left the machine");
    assert_eq!(shown.purpose, purpose);
    assert!((now..now + REFRESH_DELAY).contains(&shown.refresh_after));
    let pending = agent.wallet().pending().expect("on its way");
    assert_eq!(
        (pending.purpose, pending.nullifier, &pending.request),
        (purpose, shown.nullifier, &withheld)
    );
    agent
        .wallet()
        .may_use(purpose)
        .expect("the same job may be tried again");
    let elsewhere = agent.wallet().may_use(Purpose::Settle { post_id: first });
    assert!(
        matches!(elsewhere, Err(WalletError::Shown { .. })),
        "{elsewhere:?}"
    );

    let agent = &mut world.agents[0].agent;
    let request = agent.refresh(&world.log).await.expect("it refreshes");
    world.relay("refresh", request).await;
    let agent = &world.agents[0].agent;
    assert_eq!(agent.wallet().pending(), None);
    agent
        .wallet()
        .may_use(Purpose::Settle { post_id: first })
        .expect("refreshed");
    assert_eq!(world.refused(&withheld).await, "NullifierSpent");

    // The worker key that the relayer saw is given up too.
    let worker = agent.worker(&world.log, second).expect("there");
    assert_ne!(worker, shown_worker);
    world.take(0, second, None).await;
    assert_eq!(
        world.job(second).taken.as_ref().map(|taken| taken.worker),
        Some(worker)
    );
    world.submit(0, second).await;

    let recovered = Wallet::recover(&world.agents[0].seed, &world.log, 0).expect("it recovers");
    let lost = world.agents[0].agent.wallet();
    assert_eq!(recovered.book().ok(), lost.book().ok());
    // All but what the chain cannot tell: what was on its way, and what was shown. So the state counts as
    // shown.
    let shown = recovered.shown().expect("registered").expect("perhaps");
    assert_eq!(shown.purpose, Purpose::Forgotten);
    assert_eq!(
        recovered.notes(),
        &Notes {
            shown: vec![shown],
            journal: Vec::new(),
            ..lost.notes().clone()
        },
    );
    let next = recovered.may_use(Purpose::Settle { post_id: first });
    assert!(matches!(next, Err(WalletError::Shown { .. })), "{next:?}");
    world.wait(HOUR).await;
}
