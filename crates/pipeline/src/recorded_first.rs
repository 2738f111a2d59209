//! Whole answers that leave when their record is written.

use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::Stages;

/// A whole answer leaves when its record is written, if policy wants that; if it cannot be written and policy refuses, the fault
/// takes its place.
pub async fn before_head<S: Stages>(
    result: Result<Answer<S>, Refusal>,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let answer = result?;
    // One that comes after an early head is not sent: it is no stream.
    if answer.streamed.is_none() && !exchange.is_head_gone() {
        let events = [Event::Answered(answer.status), Event::Sent(answer.body.len())];
        exchange.write_record(&events).await?;
    }
    Ok(answer)
}
