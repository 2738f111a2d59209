//! The model that the sandbox plays, by its name at the vendor.

use crate::inference;
use crate::refusal::Refusal;
use crate::script::Step;

/// A model's behaviour.
#[derive(Debug, Clone, Copy)]
pub enum Behaviour {
    /// Answers; a stream pauses this long before each piece.
    Answer {
        /// 0: no pause.
        pause_ms: u32,
    },
    /// Answers, and calls the first tool where nothing asks for a call.
    CallTools,
    /// Refuses every request, with a message that names the model.
    Refuse(fn(&str) -> Refusal),
    /// Never answers.
    Stall,
    /// Begins an answer, then stays silent.
    StallMidstream,
    /// Begins an answer, then the connection breaks.
    Cut,
    /// Answers with JSON that is broken.
    Malformed,
    /// Answers with more than any buffer should hold.
    Huge,
    /// Answers with an HTML page, as a proxy on the way may.
    Html,
}

/// The models other than `sandbox`; the family `sandbox-pace-<ms>` comes in addition.
pub const MODELS: &[(&str, Behaviour)] = &[
    ("sandbox", Behaviour::Answer { pause_ms: 0 }),
    ("sandbox-tools", Behaviour::CallTools),
    ("sandbox-slow", Behaviour::Answer { pause_ms: 200 }),
    ("sandbox-rate-limited", Behaviour::Refuse(Refusal::rate_limited)),
    ("sandbox-server-error", Behaviour::Refuse(Refusal::server_error)),
    ("sandbox-overloaded", Behaviour::Refuse(Refusal::overloaded)),
    ("sandbox-stall", Behaviour::Stall),
    ("sandbox-stall-midstream", Behaviour::StallMidstream),
    ("sandbox-cut", Behaviour::Cut),
    ("sandbox-malformed", Behaviour::Malformed),
    ("sandbox-huge", Behaviour::Huge),
    ("sandbox-html", Behaviour::Html),
];

const PACE_PREFIX: &str = "sandbox-pace-";

/// For longer pauses there is `sandbox-stall-midstream`.
const PACE_MS: std::ops::RangeInclusive<u32> = 1..=5_000;

impl Behaviour {
    /// The behaviour of the model `name`.
    ///
    /// # Errors
    /// A pace that is not a number of milliseconds between 1 and 5000: a typing error must not pass for a fast model. A
    /// model of the host, which the sandbox does not play.
    pub(crate) fn of(name: &str) -> Result<Behaviour, Refusal> {
        if inference::model(name).is_some() {
            return Err(Refusal::without_inference(name));
        }
        if let Some(pace) = name.strip_prefix(PACE_PREFIX) {
            return pace
                .parse()
                .ok()
                .filter(|pause_ms| PACE_MS.contains(pause_ms))
                .map(|pause_ms| Behaviour::Answer { pause_ms })
                .ok_or_else(|| Refusal::unknown_pace(name));
        }
        let listed = MODELS.iter().find(|(listed, _)| *listed == name);
        Ok(listed.map_or(Behaviour::Answer { pause_ms: 0 }, |(_, behaviour)| *behaviour))
    }

    /// The pause before each piece of a stream.
    pub(crate) fn pause(self) -> Option<Step> {
        match self {
            Behaviour::Answer { pause_ms: pause_ms @ 1.. } => Some(Step::Pause(pause_ms)),
            _ => None,
        }
    }
}
