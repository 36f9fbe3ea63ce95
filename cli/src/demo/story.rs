//! The story, part by part.

use super::{
    attacks,
    jobs::{
        Offer, REVIEW, SUBMIT_WITHIN, Worker, deliver, hold, post, prepare_settle, prepare_take,
        send_settle, send_take, settle, take,
    },
    report::By,
    world::{HOUR, NO_GATE_DATA, ONE, World},
};
use crate::{error::CliError, output::duration};
use repute_circuits::policy::Policy;
use repute_sdk::board::{AgentError, Fold, Settle};

/// Anyone may take the job.
const ANYONE: Policy = Policy {
    min_completed: 0,
    min_clients: 0,
    min_success_bps: 0,
    min_rating: 0,
    min_volume: 0,
    min_age_days: 0,
    min_rated_bps: 0,
    min_kept_bps: 0,
    free_open: 0,
};

/// Two agents register.
pub async fn register(w: &mut World, agents: [&mut Worker; 2]) -> Result<(), CliError> {
    w.tell.title("Two agents register")?;
    w.tell.say(
        "Each puts a commitment to an empty record on the ledger. The record itself stays with the \
         agent; from now on it can only be changed by proofs.",
    )?;
    for worker in agents {
        let request = worker.agent.register(NO_GATE_DATA);
        let text = format!("{} registers, through Rita the relayer", worker.name);
        w.relay("register", None, &request, &text).await?;
        w.registrations.push(request);
        worker.agent.sync(&w.log)?;
    }
    Ok(())
}

/// A job from post to pay, with everything that a thief could try.
pub async fn first_job(w: &mut World, ada: &mut Worker) -> Result<u64, CliError> {
    w.tell.title("A job that ends well")?;
    let offer = Offer {
        work: "translate a manual",
        budget: 250 * ONE,
        policy: ANYONE,
        wanted: "anyone",
        bond: 20 * ONE,
    };
    let job = post(w, |w| &w.cleo, &offer).await?;
    let request = prepare_take(w, ada, job).await?;
    attacks::copied_take(w, job, &request).await?;
    attacks::other_board(w, ada, job, &request).await?;
    send_take(w, ada, job, &request).await?;
    deliver(w, ada, job).await?;
    hold(w).await?;

    let listed = w.job(job)?.clone();
    let delivered = listed.submitted.map(|s| s.deliverable).unwrap_or_default();
    let release = w.cleo.client.sign_release(&listed, delivered);
    let review = w.cleo.reviewer.sign(&listed, 96)?;
    w.tell.done(
        "Cleo is content: she signs a release, and a private rating that only Ada sees",
        None,
    )?;
    let how = Settle {
        release: Some(release),
        review: Some(review),
        ..Settle::default()
    };
    let request = prepare_settle(w, ada, job, how).await?;
    attacks::settlement(w, ada, job, &request).await?;
    send_settle(w, ada, job, &request).await?;
    attacks::replay(w, &request).await?;
    Ok(job)
}

/// A policy keeps an agent out; a client is silent; another rates in the open.
pub async fn reviews(w: &mut World, ada: &mut Worker, ben: &mut Worker) -> Result<(), CliError> {
    w.tell
        .title("A client asks for a record, and then is silent")?;
    let offer = Offer {
        work: "summarise a trial",
        budget: 400 * ONE,
        policy: Policy {
            min_completed: 1,
            min_rating: 90,
            ..ANYONE
        },
        wanted: "an agent with a completed job and an average rating of 90 or more",
        bond: 0,
    };
    let silent = post(w, |w| &w.dan, &offer).await?;
    cannot_take(w, ben, silent).await?;
    take(w, ada, silent).await?;
    deliver(w, ada, silent).await?;

    w.tell.title("A client rates in the open")?;
    let offer = Offer {
        work: "draw a map",
        budget: 120 * ONE,
        policy: ANYONE,
        wanted: "anyone",
        bond: 0,
    };
    let rated = post(w, |w| &w.cleo, &offer).await?;
    take(w, ada, rated).await?;
    deliver(w, ada, rated).await?;
    let (cleo, listed) = (w.cleo.client.clone(), w.job(rated)?.clone());
    let receipt = cleo.rate(&listed, 72).await?;
    let text = format!("Cleo rates job {rated} in the open: 72 of 100");
    w.did(("rate", Some(rated), "Cleo"), &receipt, &text)
        .await?;
    hold(w).await?;
    too_early(
        w,
        ada,
        silent,
        "Ada settles Dan's job while he may still object",
    )
    .await?;

    w.wait(REVIEW + 1).await?;
    w.tell
        .say("The review has passed. Dan's silence and Cleo's rating keep nobody's pay.")?;
    let request = prepare_settle(w, ada, rated, Settle::default()).await?;
    attacks::dodged_rating(w, &request).await?;
    send_settle(w, ada, rated, &request).await?;
    settle(w, ada, silent, Settle::default()).await
}

/// A dispute is ruled, a job is called off, and one is never delivered.
pub async fn trouble(w: &mut World, ben: &mut Worker) -> Result<(), CliError> {
    w.tell.title("A dispute")?;
    let offer = |work, budget| Offer {
        work,
        budget,
        policy: ANYONE,
        wanted: "anyone",
        bond: 0,
    };
    let disputed = post(w, |w| &w.dan, &offer("clean a data set", 180 * ONE)).await?;
    take(w, ben, disputed).await?;
    deliver(w, ben, disputed).await?;
    let (dan, listed) = (w.dan.client.clone(), w.job(disputed)?.clone());
    let receipt = dan.dispute(&listed).await?;
    let text = format!("Dan disputes job {disputed}");
    w.did(("dispute", Some(disputed), "Dan"), &receipt, &text)
        .await?;
    hold(w).await?;
    too_early(w, ben, disputed, "Ben settles through the dispute").await?;
    let receipt = w.judge.rule(&listed, true).await?;
    let text = format!("Jo, the arbiter, rules on job {disputed}: for the agent");
    w.did(("rule", Some(disputed), "Jo"), &receipt, &text)
        .await?;
    w.wait(REVIEW).await?;
    settle(w, ben, disputed, Settle::default()).await?;

    w.tell.title("A job is called off by both")?;
    let cancelled = post(w, |w| &w.cleo, &offer("write a poem", 60 * ONE)).await?;
    take(w, ben, cancelled).await?;
    let deadline = w.chain.now().await? + HOUR;
    let signature = ben.agent.sign_cancel(&w.log, cancelled, deadline)?;
    let (cleo, listed) = (w.cleo.client.clone(), w.job(cancelled)?.clone());
    let receipt = cleo.cancel(&listed, deadline, signature).await?;
    let text = format!("Cleo calls job {cancelled} off, with Ben's signature");
    w.did(("cancel", Some(cancelled), "Cleo"), &receipt, &text)
        .await?;
    let relayer = w.rita.account().address();
    let request = ben.agent.fold(&w.log, cancelled, Fold { relayer }).await?;
    let text = format!("Ben folds job {cancelled} into his record, where it counts for nothing");
    w.relay("fold", Some(cancelled), &request, &text).await?;
    ben.agent.sync(&w.log)?;

    w.tell.title("A job is never delivered")?;
    let before = w.record(
        ben.name,
        "before the job that was never delivered",
        &ben.agent,
    );
    w.tell
        .say(&format!("Ben's record, which only he knows: {before}"))?;
    let missed = post(w, |w| &w.dan, &offer("check a proof", 90 * ONE)).await?;
    take(w, ben, missed).await?;
    w.wait(SUBMIT_WITHIN).await?;
    let listed = w.job(missed)?.clone();
    let receipt = dan.reclaim(&listed).await?;
    let text = format!("Dan reclaims job {missed}: nothing was delivered in time");
    w.did(("reclaim", Some(missed), "Dan"), &receipt, &text)
        .await?;
    ben.agent.sync(&w.log)?;
    let after = w.record(ben.name, "after it", &ben.agent);
    w.tell.say(&format!(
        "Ben's record now: {after}. He cannot leave the job out."
    ))?;
    let offer = Offer {
        policy: Policy {
            min_completed: 1,
            min_success_bps: 9_000,
            ..ANYONE
        },
        wanted: "an agent with a success rate of 90 % or more",
        ..offer("audit a contract", 300 * ONE)
    };
    let wanted = post(w, |w| &w.cleo, &offer).await?;
    cannot_take(w, ben, wanted).await?;
    let listed = w.job(wanted)?.clone();
    let receipt = cleo.withdraw(&listed).await?;
    let text = format!("Cleo withdraws job {wanted}, which nobody took");
    w.did(("withdraw", Some(wanted), "Cleo"), &receipt, &text)
        .await
}

/// The record does not meet a job's policy, and the wallet says so before it proves.
async fn cannot_take(w: &mut World, worker: &Worker, job: u64) -> Result<(), CliError> {
    let attempt = format!("{} wants job {job}", worker.name);
    match worker.agent.can_take(&w.log, job).await {
        Err(AgentError::Short(shortfall)) => {
            let reason = format!("{shortfall}, found before anything is proven or sent");
            w.refuse(&attempt, By::Agent, reason)
        }
        Err(error) => Err(error.into()),
        Ok(()) => Err(CliError::internal(format!("{attempt}: it may"))),
    }
}

/// Neither released nor cleared: the wallet does not even prove.
async fn too_early(
    w: &mut World,
    worker: &mut Worker,
    job: u64,
    attempt: &str,
) -> Result<(), CliError> {
    match worker.agent.settle(&w.log, job, Settle::default()).await {
        Err(AgentError::NotCleared { until, .. }) => {
            let left = duration(until.saturating_sub(w.chain.now().await?));
            let reason =
                format!("job {job} is not released, and can be objected to for {left} more");
            w.refuse(attempt, By::Agent, reason)
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(CliError::internal(format!("{attempt}: it was prepared"))),
    }
}
