//! Calls the guardrail before a request is routed, and on decoded answers before they leave.

use crate::call::Call;
use crate::exchange::Exchange;
use crate::found::Direction;
use crate::head::Head;
use crate::opinion::{self, Asker, Asking};
use crate::refusal::Refusal;
use crate::said::Said;
use crate::stages::{AnswerGuard, Decoder, Stages};
use postern_fault::{Fault, Kind};
use postern_types::guardrail::{
    Finding, Flushed, Judgement, Judging, Piece, Released, Stop, Verdict,
};
use postern_types::provider::{AnswerSegment, Decoded, Notice, SegmentEdit, SegmentRole, TextKind};
use postern_types::{Caller, Prompt};

/// A request that has passed.
pub struct Passed {
    /// The request as edited.
    pub prompt: Prompt,
    /// How its answer is guarded.
    pub memo: Option<String>,
    /// The originals of its conversation, for the next turn.
    pub originals: Option<String>,
    /// How the complete answer is judged, if it is.
    pub judging: Option<Judging>,
}

/// Checks a request. `known` are the originals of its conversation's last turn.
///
/// # Errors
///
/// The guardrail refuses the request, or cannot scan it.
pub async fn request<S: Stages>(
    head: &Head,
    caller: &Caller,
    prompt: Prompt,
    known: Option<&str>,
    exchange: &mut Exchange<S>,
) -> Result<Passed, Refusal> {
    let first = |stages: &S| stages.check_request(caller, &prompt, known, &[]);
    let mut verdict = exchange.run("guardrail", first)?;
    if !verdict.questions.is_empty() {
        let asking = Asking { head, caller, prompt: &prompt, known };
        verdict = opinion::verdict(&asking, &verdict.questions, exchange).await?;
    }
    let Verdict { edits, findings, refusal, memo, originals, judging, .. } = verdict;
    exchange.found(findings, Direction::Request);
    if let Some(fault) = refusal {
        return Err(fault.into());
    }
    if edits.is_empty() {
        return Ok(Passed { prompt, memo, originals, judging });
    }
    let edited = prompt.apply(&edits).map_err(|error| {
        Fault::new(Kind::Unavailable, "the gateway could not edit the request")
            .with_private(error.to_string())
    })?;
    Ok(Passed { prompt: edited, memo, originals, judging })
}

/// How often models are asked in turn about one part of an answer: as many questions as a policy may allow.
const MAX_ROUNDS: usize = 32;

/// The guard of one answer.
pub struct Guarded<S: Stages> {
    guard: S::AnswerGuard,
    /// Asks models.
    pub asker: Asker<S>,
    /// The findings since they were last taken.
    pub findings: Vec<Finding>,
    /// Whether a rule has ended the answer.
    pub is_stopped: bool,
    /// For how long text is held back, in milliseconds; `None` if none is held.
    pub held_ms: Option<u64>,
    /// Nothing leaves before the end, so no time is over for held text.
    is_held: bool,
    /// What the model says, if it may be asked once more.
    said: Option<Said>,
    /// Whether the complete answer is judged.
    is_judged: bool,
    judgement: Option<Judgement>,
}

impl<S: Stages> Guarded<S> {
    /// A guard of an answer of which nothing has passed yet.
    pub fn of(memo: &str, call: &Call<'_>, exchange: &Exchange<S>) -> Self {
        let repairs = call.judging.is_some_and(|judging| judging.repair);
        Guarded {
            guard: exchange.stages.answer_guard(memo),
            asker: Asker::new(call.head, call.caller, exchange),
            findings: Vec::new(),
            is_stopped: false,
            held_ms: None,
            is_held: call.facts.stream && call.judging.is_some_and(|judging| judging.hold),
            said: repairs.then(Said::default),
            is_judged: call.judging.is_some(),
            judgement: None,
        }
    }

    /// Judges an answer that is complete.
    ///
    /// # Errors
    ///
    /// It cannot be judged; nothing more of it leaves.
    pub fn finish(&mut self) -> Result<(), Fault> {
        if self.is_judged && !self.is_stopped && self.judgement.is_none() {
            self.judgement = Some(self.guard.finish()?);
        }
        Ok(())
    }

    /// The judgement, and what was judged.
    pub fn take_judgement(&mut self) -> Option<(Judgement, Said)> {
        Some((self.judgement.take()?, self.said.take().unwrap_or_default()))
    }

    /// What a complete answer is refused for.
    pub fn judgement(&self) -> Option<&Judgement> {
        self.judgement.as_ref()
    }

    /// Returns what leaves of an output.
    ///
    /// # Errors
    ///
    /// The output cannot be guarded; nothing of it leaves.
    pub async fn release(
        &mut self,
        decoder: &impl Decoder,
        decoded: &mut Decoded,
        is_whole: bool,
    ) -> Result<(), Fault> {
        let (segments, pieces) = pieces(decoded)?;
        if pieces.is_empty() {
            return Ok(());
        }
        if let Some(said) = &mut self.said {
            said.add(&pieces);
        }
        let Released { edits, findings, stop, held_ms, .. } = self.released(&pieces).await?;
        self.findings.extend(findings);
        self.held_ms = held_ms.map(u64::from).filter(|_| !self.is_held);
        let segment = |piece: u32| segments.get(piece as usize).copied().unwrap_or(u32::MAX);
        let edits = edits
            .into_iter()
            .map(|edit| SegmentEdit { segment: segment(edit.piece), text: edit.text });
        let edits: Vec<SegmentEdit> = edits.collect();
        if let Some(stop) = stop {
            self.is_stopped = true;
            // Nothing of a whole answer leaves, what comes before the finding included.
            let (edits, from) = match is_whole {
                true => (emptied(&segments, &pieces), segment(0)),
                false => (edits, segment(stop.piece)),
            };
            decoded.output = decoder.cut(&edits, from, &notice(stop))?;
            decoded.done = true;
        } else if !edits.is_empty() {
            decoded.output = decoder.edit(&edits)?;
        }
        Ok(())
    }

    /// Returns what leaves when the time for holding back is over.
    ///
    /// # Errors
    ///
    /// As [`Guarded::release`].
    pub async fn flush(&mut self, decoder: &impl Decoder) -> Result<String, Fault> {
        let Flushed { texts, findings, stop, .. } = self.flushed().await?;
        self.findings.extend(findings);
        self.held_ms = None;
        let mut output = String::new();
        for late in texts {
            output.push_str(&decoder.delta(late.at, &late.text)?);
        }
        if let Some(stop) = stop {
            self.is_stopped = true;
            output.push_str(&decoder.cut(&[], 0, &notice(stop))?);
        }
        Ok(output)
    }

    /// Decides on pieces, with the opinions that it takes.
    async fn released(&mut self, pieces: &[Piece]) -> Result<Released, Fault> {
        for _ in 0..=MAX_ROUNDS {
            let released = self.guard.push(pieces)?;
            if released.questions.is_empty() {
                return Ok(released);
            }
            self.guard.take_opinions(&self.asker.ask(&released.questions).await);
        }
        Err(opinion::undecided())
    }

    /// Decides on held text, with the opinions that it takes.
    async fn flushed(&mut self) -> Result<Flushed, Fault> {
        for _ in 0..=MAX_ROUNDS {
            let flushed = self.guard.flush()?;
            if flushed.questions.is_empty() {
                return Ok(flushed);
            }
            self.guard.take_opinions(&self.asker.ask(&flushed.questions).await);
        }
        Err(opinion::undecided())
    }
}

/// The texts of an output, each with the index of its segment. Repeated texts are edited along with the first.
fn pieces(decoded: &Decoded) -> Result<(Vec<u32>, Vec<Piece>), Fault> {
    let (mut segments, mut pieces) = (Vec::new(), Vec::new());
    for (at, segment) in (0..).zip(&decoded.segments) {
        let AnswerSegment { at: place, role, .. } = *segment;
        if role == SegmentRole::Repeat {
            continue;
        }
        let ended = role == SegmentRole::End;
        let text = segment.text(&decoded.output).ok_or_else(misplaced)?;
        let text = if ended { String::new() } else { text.into_owned() };
        segments.push(at);
        pieces.push(Piece { at: place, text, ended });
    }
    Ok((segments, pieces))
}

/// Nothing of a buffered answer leaves once it is ended.
fn emptied(segments: &[u32], pieces: &[Piece]) -> Vec<SegmentEdit> {
    let texts = segments.iter().zip(pieces);
    let said = texts.filter(|(_, piece)| !piece.ended && piece.at.kind != TextKind::ToolName);
    said.map(|(segment, _)| SegmentEdit { segment: *segment, text: String::new() }).collect()
}

fn notice(stop: Stop) -> Notice {
    let Stop { rule, detector, message, said, .. } = stop;
    Notice { rule, detector, message, said }
}

fn misplaced() -> Fault {
    Fault::new(Kind::Unavailable, "the gateway could not read the answer")
        .with_private("a segment of the answer is not within its output")
}
