//! Hands records to the recorder, and makes its calls.

use crate::stages::Stages;
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

/// Hands over a record that must be written before its request ends.
///
/// # Errors
///
/// It cannot be written, and policy refuses. Then it is not kept either: its request is refused, and has another record.
pub async fn write<S: Stages>(stages: &S, record: RequestRecord) -> Result<(), Fault> {
    let calls = stages.keep_record(record, true).await?;
    if !calls.is_empty() {
        stages.afterwards(Box::pin(make(stages.clone(), calls)));
    }
    Ok(())
}

/// Makes the recorder's calls.
pub async fn make<S: Stages>(stages: S, mut calls: Vec<RecorderCall>) {
    for _ in 0..MAX_ROUNDS {
        if calls.is_empty() {
            return;
        }
        let mut results = Vec::with_capacity(calls.len());
        for RecorderCall { id, call } in calls {
            results.push(RecorderResult { id, outcome: delegated(&stages, call).await });
        }
        calls = stages.done(results).await;
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
