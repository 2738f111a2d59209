//! Calls the guardrail before a request is routed, and on decoded answers before they leave.

use crate::exchange::Exchange;
use crate::found::Direction;
use crate::refusal::Refusal;
use crate::said::Said;
use crate::stages::{AnswerGuard, Decoder, Stages};
use postern_fault::{Fault, Kind};
use postern_types::guardrail::{
    Finding, Flushed, Judgement, Judging, Piece, Released, Stop, Verdict,
};
use postern_types::provider::{AnswerSegment, Decoded, Notice, SegmentEdit, SegmentRole, TextKind};
use postern_types::{Caller, Prompt};

/// Checks a request, and returns it edited, with the guard of its answer and how that is judged.
///
/// # Errors
///
/// The guardrail refuses the request, or cannot scan it.
pub fn request<S: Stages>(
    caller: &Caller,
    prompt: Prompt,
    exchange: &mut Exchange<S>,
) -> Result<(Prompt, Option<String>, Option<Judging>), Refusal> {
    let verdict = exchange.run("guardrail", |stages| stages.check_request(caller, &prompt))?;
    let Verdict { edits, findings, refusal, memo, judging } = verdict;
    exchange.found(findings, Direction::Request);
    if let Some(fault) = refusal {
        return Err(fault.into());
    }
    if edits.is_empty() {
        return Ok((prompt, memo, judging));
    }
    let edited = prompt.apply(&edits).map_err(|error| {
        Fault::new(Kind::Unavailable, "the gateway could not edit the request")
            .with_private(error.to_string())
    })?;
    Ok((edited, memo, judging))
}

/// The guard of one answer.
pub struct Guarded<G> {
    guard: G,
    /// The findings since they were last taken.
    pub findings: Vec<Finding>,
    /// Whether a rule has ended the answer.
    pub is_stopped: bool,
    /// For how long text is held back, in milliseconds; `None` if none is held.
    pub held_ms: Option<u64>,
    /// What the model says, if it may be asked once more.
    said: Option<Said>,
    /// Whether the complete answer is judged.
    is_judged: bool,
    judgement: Option<Judgement>,
}

impl<G: AnswerGuard> Guarded<G> {
    /// A guard of an answer of which nothing has passed yet.
    pub fn new(guard: G, judging: Option<Judging>) -> Self {
        Guarded {
            guard,
            findings: Vec::new(),
            is_stopped: false,
            held_ms: None,
            said: judging.is_some_and(|judging| judging.repair).then(Said::default),
            is_judged: judging.is_some(),
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
    pub fn release(
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
        let Released { edits, findings, stop, held_ms } = self.guard.push(&pieces)?;
        self.findings.extend(findings);
        self.held_ms = held_ms.map(u64::from);
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
    pub fn flush(&mut self, decoder: &impl Decoder) -> Result<String, Fault> {
        let Flushed { texts, findings, stop } = self.guard.flush()?;
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
