//! Spoils answers, for models that fail.

use crate::model::Behaviour;
use crate::script::Step;
use std::iter;

type Steps = Box<dyn Iterator<Item = Step>>;

/// The index of the broken event, from 0: a good one comes first.
const MALFORMED_EVENT: usize = 2;

/// Spoils a JSON body, written by `steps`, as the model requires.
pub(crate) fn whole(
    behaviour: Behaviour,
    mut steps: impl Iterator<Item = Step> + 'static,
) -> Steps {
    let ending = match behaviour {
        Behaviour::Cut => vec![Step::cut()],
        Behaviour::StallMidstream => vec![Step::silence(), Step::cut()],
        Behaviour::Malformed => Vec::new(),
        _ => return Box::new(steps),
    };
    Box::new(iter::once_with(move || steps.next().map(Step::halved)).flatten().chain(ending))
}

/// Spoils a stream of events, written by `steps`, as the model requires; it fails after `before_failure` of them.
pub(crate) fn events(
    behaviour: Behaviour,
    steps: impl Iterator<Item = Step> + 'static,
    before_failure: usize,
) -> Steps {
    let ending = match behaviour {
        Behaviour::Cut => vec![Step::cut()],
        Behaviour::StallMidstream => vec![Step::silence(), Step::cut()],
        Behaviour::Malformed => {
            let broken = MALFORMED_EVENT.min(before_failure);
            return Box::new(steps.enumerate().map(move |(i, step)| match step {
                Step::Write(_) if i == broken => end_event(step.halved()),
                other => other,
            }));
        }
        _ => return Box::new(steps),
    };
    Box::new(steps.take(before_failure).chain(ending))
}

fn end_event(step: Step) -> Step {
    match step {
        Step::Write(text) => Step::Write(text + "\n\n"),
        other => other,
    }
}
