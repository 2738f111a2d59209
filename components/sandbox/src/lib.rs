//! Stands in for a vendor: answers without a network.
//!
//! Reads: the outbound request. Writes: an inbound answer, as `postern-sandbox` scripts it; this shell has only the
//! stream and the clock. Refuses with: a vendor's errors; only a body that breaks off ends in a fault. Runs: in
//! upstream's place, for targets whose transport is the sandbox. Needs no grants.
//!
//! Built with the feature `spin-llm`, it also passes targets whose `upstream_model` begins with `spin-llm/` to the
//! host's own models, and then must inherit `ai_models`. It is a feature rather than a component of its own because
//! Spin composes one dependency per WIT package, so another component would displace the sandbox's models; and a build
//! without the feature imports nothing that it does not use, so that models are not granted needlessly.

#[cfg(feature = "spin-llm")]
mod host_models;

use postern_contract::sandbox::exports::postern::sandbox::client::Guest;
use postern_contract::sandbox::{export_sandbox, wit_future, wit_stream};
use postern_contract::transport::{Inbound, Outbound, OutboundBody};
use postern_contract::types::Fault;
use postern_fault::Kind;
use postern_sandbox::{Script, Step};
use spin_sdk::wasip3::clocks::monotonic_clock;
use spin_sdk::wit_bindgen::rt::async_support::{StreamResult, StreamWriter};

/// How soon a pause notices that the reader has left.
const LOOK_UP_MS: u32 = 250;

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

struct Sandbox;

export_sandbox!(Sandbox);

impl Guest for Sandbox {
    async fn send(request: Outbound) -> Result<Inbound, Fault> {
        #[cfg(feature = "spin-llm")]
        if let Some(script) = host_models::answer(&request) {
            return Ok(perform(script));
        }
        let Outbound { model, path, body, .. } = request;
        let OutboundBody::Text(body) = body else {
            let public = "the sandbox reads no files";
            return Err(postern_fault::Fault::new(Kind::InvalidRequest, public).into());
        };
        let script = postern_sandbox::answer(&path, &model, &body);
        // The gateway leaves when its deadline is over.
        wait(script.head_after_ms).await;
        Ok(perform(script))
    }
}

/// The head of the answer; the body follows from a task of its own.
fn perform(script: Script) -> Inbound {
    let Script { status, headers, steps, .. } = script;
    let (writer, body) = wit_stream::new::<u8>();
    let (end, ending) = wit_future::new::<Result<(), Fault>>(|| {
        Err(postern_fault::Fault::new(Kind::UpstreamInvalid, "the sandbox broke off").into())
    });
    spin_sdk::wasip3::spawn(async move {
        let outcome = write(steps, writer).await;
        // The outcome may be of no interest.
        let _ = end.write(outcome).await;
    });
    Inbound { status, headers, body, ending }
}

/// Perform the steps, until the last or until the reader has left.
async fn write(
    steps: impl Iterator<Item = Step>,
    mut writer: StreamWriter<u8>,
) -> Result<(), Fault> {
    for step in steps {
        let reader_left = match step {
            Step::Write(text) => !writer.write_all(text.into_bytes()).await.is_empty(),
            Step::Pause(pause_ms) => pause(pause_ms, &mut writer).await,
            Step::Cut(fault) => return Err(fault.into()),
        };
        if reader_left {
            break;
        }
    }
    Ok(())
}

/// Wait, looking up now and then whether the reader has left.
async fn pause(pause_ms: u32, writer: &mut StreamWriter<u8>) -> bool {
    let mut left_ms = pause_ms;
    while left_ms > 0 {
        let slice_ms = left_ms.min(LOOK_UP_MS);
        wait(slice_ms).await;
        left_ms -= slice_ms;
        // An empty write shows whether the reader is still there.
        if let (StreamResult::Dropped, _) = writer.write(Vec::new()).await {
            return true;
        }
    }
    false
}

async fn wait(milliseconds: u32) {
    if milliseconds > 0 {
        monotonic_clock::wait_for(u64::from(milliseconds) * NANOSECONDS_PER_MILLISECOND).await;
    }
}
