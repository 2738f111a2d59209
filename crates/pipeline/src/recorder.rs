//! Hands records to the recorder, and makes its calls.

use crate::stages::Stages;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use postern_fault::Kind;
use postern_types::Fault;
use postern_types::delegation::{DelegatedCall, DelegatedResult};
use postern_types::recorder::{RecorderCall, RecorderResult, RequestRecord};

/// The rounds of calls that one record leads to: a notice is signed, sent, and perhaps sent once more.
const MAX_ROUNDS: usize = 4;

/// Whether a request may be served: not while its record could not be written, if policy says so.
///
/// # Errors
///
/// It may not.
pub async fn accepts<S: Stages>(stages: &S) -> Result<(), Fault> {
    match stages.recording_plan()?.refuses {
        true => stages.accepts().await,
        false => Ok(()),
    }
}

/// Hands over a record when no request waits for it. What cannot be kept is counted there.
pub async fn hand_over<S: Stages>(stages: S, record: RequestRecord) {
    if let Ok(calls) = stages.keep_record(record, false).await {
        make(stages, calls).await;
    }
}

/// Hands over a record that must be written before its request ends. What it leads to is asked for when no request waits for it.
///
/// # Errors
///
/// It cannot be written, and policy refuses. Then it is not kept either: its request is refused, and has another record.
pub async fn write<S: Stages>(stages: &S, record: RequestRecord) -> Result<(), Fault> {
    let kept = stages.keep_record(record, true).await;
    let afterwards = stages.clone();
    stages.afterwards(Box::pin(async move {
        let calls = afterwards.done(Vec::new()).await;
        make(afterwards, calls).await;
    }));
    let calls = kept?;
    if !calls.is_empty() {
        stages.afterwards(Box::pin(make(stages.clone(), calls)));
    }
    Ok(())
}

/// Makes the recorder's calls, all at once: a signature does not wait for a collector that hangs.
pub async fn make<S: Stages>(stages: S, calls: Vec<RecorderCall>) {
    at_once(calls, async |RecorderCall { id, call }| {
        let outcome = delegated(&stages, call).await;
        stages.done(vec![RecorderResult { id, outcome }]).await
    })
    .await;
}

/// Makes calls at once, and what each leads to, within [`MAX_ROUNDS`].
async fn at_once<C>(calls: Vec<C>, made: impl AsyncFn(C) -> Vec<C>) {
    let one = async |call, round: usize| (made(call).await, round.saturating_add(1));
    let mut running: FuturesUnordered<_> = calls.into_iter().map(|call| one(call, 1)).collect();
    while let Some((calls, round)) = running.next().await {
        if round <= MAX_ROUNDS {
            running.extend(calls.into_iter().map(|call| one(call, round)));
        }
    }
}

/// Makes one of the recorder's calls. It never opens what was sealed, nor logs in with the gateway's credentials; `upstream` compares the
/// rest with `recorder.toml`.
pub async fn delegated<S: Stages>(stages: &S, call: DelegatedCall) -> DelegatedResult {
    match call {
        DelegatedCall::Post(_) | DelegatedCall::Sign(_) | DelegatedCall::Mac(_) => {
            stages.delegate_for_recorder(call).await
        }
        DelegatedCall::Form(_) | DelegatedCall::Seal(_) | DelegatedCall::Unseal(_) => {
            let fault =
                postern_fault::Fault::new(Kind::Unavailable, "a call of the recorder failed");
            let private =
                "the recorder delegated a call that is not its own: a form, or a sealed text";
            DelegatedResult::Failed(fault.with_private(private).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ROUNDS, at_once};
    use futures::FutureExt as _;
    use std::cell::RefCell;

    #[test]
    fn a_call_that_hangs_holds_up_no_other_and_rounds_end() {
        let seen = RefCell::new(Vec::new());
        let made = at_once(vec!["hangs", "goes on"], async |call| {
            if call == "hangs" {
                std::future::pending::<()>().await;
            }
            seen.borrow_mut().push(call);
            vec![call]
        });
        assert!(made.now_or_never().is_none(), "one hangs");
        assert_eq!(*seen.borrow(), vec!["goes on"; MAX_ROUNDS]);
    }
}
