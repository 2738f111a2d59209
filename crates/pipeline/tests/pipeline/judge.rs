//! A model that is asked for its opinion, as the script says.

use crate::world::{Part, Parts, World, fault, target};
use postern_fault::Kind;
use postern_pipeline::{Inbound, Outbound, OutboundBody};
use postern_types::guardrail::Question;
use postern_types::provider::{Encoded, Rewritten};
use postern_types::{Fault, Target, VendorApi};

/// Its name.
pub const MODEL: &str = "judge";

/// How long a question waits for its answer.
pub const TIMEOUT_MS: u32 = 3_000;

/// What becomes of one attempt to have a question answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judge {
    /// No deployment may serve it.
    NotServed,
    /// The limiter does not admit it.
    Limited { model_scoped: bool },
    /// The vendor's dialect cannot say it.
    NotEncoded,
    /// No answer.
    Unreachable { retryable: bool },
    /// An error status.
    Status(u16),
    /// The model says this after so many milliseconds.
    Says(u64, Word),
    /// An answer that breaks off.
    Breaks,
}

/// What a model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Yes,
    No,
    Unclear,
    Nothing,
    /// What the decoder refuses.
    Garbage,
}

impl Word {
    pub fn byte(self) -> u8 {
        match self {
            Word::Yes => b'Y',
            Word::No => b'N',
            Word::Unclear => b'?',
            Word::Nothing => b'h',
            Word::Garbage => b'g',
        }
    }
}

impl Judge {
    /// Whether the limiter does not admit the attempt: because of this model's limit, or of any.
    pub fn rejection(&self) -> Option<bool> {
        match self {
            Judge::Limited { model_scoped } => Some(*model_scoped),
            _ => None,
        }
    }
}

pub fn question(number: u32) -> Question {
    Question {
        id: number.to_string(),
        rule: "rule".to_owned(),
        model: MODEL.to_owned(),
        category: "harm".to_owned(),
        text: format!("\"text\" {number}"),
        timeout_ms: TIMEOUT_MS,
    }
}

impl World {
    /// As many deployments as the script has attempts.
    pub fn judges(&self) -> Result<Vec<Target>, Fault> {
        if *self.judge() == Judge::NotServed {
            return Err(fault(Kind::ModelNotFound, false));
        }
        let judge = |index| {
            let mut target = target(index);
            target.deployment.model = MODEL.to_owned();
            target.deployment.name = format!("judge/{index}");
            target.api = VendorApi { model: MODEL.to_owned(), ..target.api };
            target
        };
        Ok((0..self.script().judge.len()).map(judge).collect())
    }

    pub fn encoded_question(&self, body: &str) -> Result<Encoded, Fault> {
        if *self.judge() == Judge::NotEncoded {
            self.judge_is_done();
            return Err(fault(Kind::InvalidRequest, false));
        }
        Ok(Encoded {
            path: "/chat/completions".to_owned(),
            headers: Vec::new(),
            body: Rewritten::Whole(body.to_owned()),
            losses: Vec::new(),
            memo: String::new(),
        })
    }

    pub async fn judged(&self, outbound: Outbound) -> Result<Inbound<Parts>, Fault> {
        let OutboundBody::Text(body) = outbound.body else { panic!("a question is text") };
        self.was_asked(body);
        let judge = self.judge().clone();
        self.judge_is_done();
        let (status, parts, ends_well) = match judge {
            Judge::Unreachable { retryable } => {
                return Err(fault(Kind::UpstreamUnreachable, retryable));
            }
            Judge::Status(status) => (status, Vec::new(), true),
            Judge::Says(ms, word) => {
                (200, vec![(ms, Part::Said(word)), (0, Part::Usage), (0, Part::Done)], true)
            }
            _ => (200, vec![(10, Part::Said(Word::Yes))], false),
        };
        let parts = parts.into_iter();
        let body = Parts { time: self.time().clone(), parts, ends_well };
        Ok(Inbound { status, headers: Vec::new(), body })
    }
}
