//! The answer to a client: a head, and a body that is complete or still arriving.

use crate::asked::Asked;
use crate::guard::Guarded;
use crate::ids::Binder;
use crate::judgement;
use crate::late::Late;
use crate::lease::Lease;
use crate::memory::MemoryPermit;
use crate::originals::Keeping;
use crate::redact::redacted;
use crate::said::Said;
use crate::sound::Sound;
use crate::source::Source;
use crate::stages::{Decoder as _, Stages};
use crate::within::within;
use postern_fault::{Fault, Kind};
use postern_types::guardrail::{Finding, Judgement};
use postern_types::limiter::Outcome;
use postern_types::provider::{Decoded, Loss};
use postern_types::{self as types, FaultKind, Price, Usage};
use std::pin::pin;

/// The most that stands before the first token: Responses repeats the request's instructions and tools.
const MAX_PREAMBLE_BYTES: usize = 1024 * 1024;

/// A success.
pub struct Answer<S: Stages> {
    pub status: u16,
    pub content_type: String,
    /// Further headers.
    pub fields: Vec<(String, String)>,
    /// The deployment that answered, if a vendor did.
    pub served_by: Option<String>,
    /// What the vendor's dialect could not carry.
    pub losses: Vec<Loss>,
    /// The outcome of a buffered answer, if a vendor gave it.
    pub outcome: Option<Outcome>,
    /// The judgement on an answer that is complete, and what was judged.
    pub judgement: Option<(Judgement, Said)>,
    /// The body, or its first part if more is to come.
    pub body: Vec<u8>,
    /// The rest of the body.
    pub streamed: Option<Streamed<S>>,
}

impl<S: Stages> Answer<S> {
    /// An answer of the gateway's own.
    pub fn json(body: String) -> Self {
        Answer {
            status: 200,
            content_type: "application/json".to_owned(),
            fields: Vec::new(),
            served_by: None,
            losses: Vec::new(),
            outcome: None,
            judgement: None,
            body: body.into_bytes(),
            streamed: None,
        }
    }
}

/// A vendor's answer in transit: bytes in, the client's dialect out.
pub struct Streamed<S: Stages> {
    stages: S,
    source: Source<S>,
    reading: Reading<S::Decoder>,
    done: bool,
    /// The vendor has generated something.
    begun: bool,
    /// A part of the answer could not be read: its usage is not known.
    unreadable: bool,
    /// The bytes since the last output for the client, which bound what the decoder buffers.
    kept_bytes: u64,
    /// The right to hold them.
    kept: MemoryPermit,
    max_bytes: u64,
    /// The latest count.
    pub usage: Option<Usage>,
    /// The price of its tokens.
    pub price: Option<Price>,
    /// Its reservation.
    pub lease: Option<Lease<S>>,
    /// Binds its ids to their owner.
    pub binder: Option<Binder>,
    /// Why some of them have no owner.
    pub unbound: Option<String>,
    /// Keeps the originals of its conversation.
    pub keeping: Option<Keeping>,
    /// Decides what leaves.
    pub guard: Option<Guarded<S>>,
    late: Late,
}

/// How an answer is read.
pub enum Reading<D> {
    /// As text, by the vendor's dialect.
    Texts(D),
    /// As sound, unread.
    Sound(Sound),
}

impl<S: Stages> Streamed<S> {
    /// Decode what `source` yields. `max_bytes` bounds what may come without anything of it leaving for the client: a vendor
    /// may answer whole where a stream was asked for.
    pub fn new(stages: S, source: Source<S>, reading: Reading<S::Decoder>, max_bytes: u64) -> Self {
        Streamed {
            kept: stages.memory_permit(),
            stages,
            source,
            reading,
            done: false,
            begun: false,
            unreadable: false,
            kept_bytes: 0,
            max_bytes,
            usage: None,
            price: None,
            lease: None,
            binder: None,
            keeping: None,
            unbound: None,
            guard: None,
            late: Late::default(),
        }
    }

    /// The next part for the client, never empty; none if the answer is complete.
    ///
    /// # Errors
    ///
    /// Whatever cut the answer, and `upstream-invalid` for more than may be held; nothing more may be asked for then.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if let Reading::Sound(sound) = &mut self.reading {
            let bytes = self.source.bytes().await?;
            sound.add(bytes.as_ref().map_or(0, Vec::len));
            self.begins();
            self.done = bytes.is_none();
            return Ok(bytes);
        }
        while !self.done {
            let Streamed { source, guard, reading, late, stages, .. } = self;
            let Reading::Texts(decoder) = reading else { break };
            let chunk = match guard {
                Some(guard) => guarded_chunk(source, guard, decoder, late, stages).await?,
                None => Chunk::Arrived(source.chunk().await?),
            };
            let chunk = match chunk {
                Chunk::Arrived(chunk) => chunk,
                Chunk::Stopped(last) => {
                    self.done = true;
                    return Ok(Some(last.into_bytes()));
                }
            };
            let decoded = match chunk {
                Some(chunk) => {
                    self.kept_bytes = self.kept_bytes.saturating_add(chunk.len() as u64);
                    if self.kept_bytes > self.max_bytes {
                        return Err(too_long(self.max_bytes));
                    }
                    self.kept.grow_to(usize::try_from(self.kept_bytes).unwrap_or(usize::MAX))?;
                    let pushed = decoder.push(chunk);
                    let is_unreadable =
                        |fault: &types::Fault| fault.kind == FaultKind::UpstreamInvalid;
                    self.unreadable = pushed.as_ref().is_err_and(is_unreadable);
                    pushed
                }
                None => {
                    self.done = true;
                    decoder.finish()
                }
            };
            let decoded = redacted(&self.stages, decoded).await?;
            let output = self.take(decoded, false).await?;
            if self.done {
                self.judge()?;
            }
            if !output.is_empty() {
                self.kept_bytes = 0;
                self.kept.clear();
                return Ok(Some(output.into_bytes()));
            }
        }
        Ok(None)
    }

    /// The beginning of the answer. `holds`: nothing is returned before the model has generated something, so that what fails
    /// before can be answered by another deployment; pings, roles and empty parts are no beginning.
    ///
    /// # Errors
    ///
    /// As [`Streamed::next`].
    pub async fn first(&mut self, holds: bool) -> Result<Vec<u8>, Fault> {
        let mut first = Vec::new();
        while let Some(part) = self.next().await? {
            first.extend(part);
            if !holds || self.has_begun() || first.len() > MAX_PREAMBLE_BYTES {
                break;
            }
        }
        Ok(first)
    }

    /// The complete answer: a buffered answer is a stream of one chunk.
    ///
    /// # Errors
    ///
    /// As [`Streamed::next`], and `upstream-invalid` for more than `max_bytes`.
    pub async fn whole(&mut self, max_bytes: u64) -> Result<(String, MemoryPermit), Fault> {
        let Reading::Texts(decoder) = &self.reading else {
            return Ok((String::new(), self.stages.memory_permit()));
        };
        let (body, permit) = self.source.whole(max_bytes).await?;
        let pushed = redacted(&self.stages, decoder.push(&body)).await?;
        let mut output = self.take(pushed, true).await?;
        if !self.done
            && let Reading::Texts(decoder) = &self.reading
        {
            let finished = redacted(&self.stages, decoder.finish()).await?;
            output.push_str(&self.take(finished, true).await?);
        }
        self.judge()?;
        Ok((output, permit))
    }

    /// The complete stream, of which nothing leaves before it is judged.
    ///
    /// # Errors
    ///
    /// As [`Streamed::whole`].
    pub async fn held(&mut self, max_bytes: u64) -> Result<(Vec<u8>, MemoryPermit), Fault> {
        let mut output = Vec::new();
        let mut permit = self.stages.memory_permit();
        loop {
            let part = self.next().await?;
            // What was held back comes before what came after it.
            output.extend(self.late.take().into_bytes());
            let is_last = part.is_none();
            output.extend(part.unwrap_or_default());
            if output.len() as u64 > max_bytes {
                return Err(too_long(max_bytes));
            }
            permit.grow_to(output.len())?;
            if is_last {
                return Ok((output, permit));
            }
        }
    }

    fn judge(&mut self) -> Result<(), Fault> {
        self.guard.as_mut().map_or(Ok(()), Guarded::finish)
    }

    /// The judgement on an answer that is complete, and what was judged.
    pub fn take_judgement(&mut self) -> Option<(Judgement, Said)> {
        self.guard.as_mut()?.take_judgement()
    }

    /// Why its end does not leave: the complete answer is not valid.
    pub fn refused(&self) -> Option<Fault> {
        judgement::fault(self.guard.as_ref()?.judgement()?, None)
    }

    /// Whether the answer is complete: its usage is known.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the vendor has generated something of it, or all.
    pub fn has_begun(&self) -> bool {
        self.begun || self.done
    }

    fn begins(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.source.has_begun();
        }
    }

    /// Whether it is bytes, into which nothing of the gateway's own can be put.
    pub fn is_sound(&self) -> bool {
        matches!(self.reading, Reading::Sound(_))
    }

    /// What an answer that ends here has used.
    pub fn so_far(&self) -> Usage {
        match &self.reading {
            Reading::Texts(decoder) => decoder.so_far(),
            Reading::Sound(sound) => sound.usage(),
        }
    }

    /// The outcome of an answer that ends here, incomplete.
    pub fn cut_short(&self) -> Outcome {
        if self.unreadable { Outcome::Reserved(true) } else { Outcome::Interrupted(self.so_far()) }
    }

    /// After the last part: lets the vendor's connection serve the next request.
    pub async fn rest(&mut self) {
        self.source.rest().await;
    }

    /// What the guardrail has found since it was last asked.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        let Some(guard) = &mut self.guard else { return Vec::new() };
        let mut findings = std::mem::take(&mut guard.findings);
        if let Some((judgement, _)) = guard.take_judgement() {
            findings.extend(judgement::findings(&judgement));
        }
        findings
    }

    /// What models were asked since it was last asked.
    pub fn take_asked(&mut self) -> Vec<Asked> {
        self.guard.as_mut().map(|guard| guard.asker.take_asked()).unwrap_or_default()
    }

    /// The guardrail has ended it.
    pub fn is_stopped(&self) -> bool {
        self.guard.as_ref().is_some_and(|guard| guard.is_stopped)
    }

    /// Text that leaves while [`Streamed::next`] waits.
    pub fn late(&self) -> Late {
        self.late.clone()
    }

    async fn take(&mut self, mut decoded: Decoded, is_whole: bool) -> Result<String, Fault> {
        if let (Some(guard), Reading::Texts(decoder)) = (&mut self.guard, &self.reading) {
            guard.release(decoder, &mut decoded, is_whole).await?;
        }
        if decoded.begun && !is_whole {
            self.begins();
        }
        self.done |= decoded.done;
        self.usage = decoded.usage.or(self.usage);
        // Before the client can go on with it.
        if let Some(keeping) = &mut self.keeping {
            keeping.before(&decoded.output, &decoded.ids, &self.stages).await?;
        }
        // Before the client can see them.
        if let Some(binder) = &self.binder
            && let Err(why) = binder.bind(&self.stages, decoded.ids).await
        {
            self.unbound = Some(why);
        }
        Ok(decoded.output)
    }
}

/// What comes next of an answer.
enum Chunk<'s> {
    /// From the vendor; none at the end.
    Arrived(Option<&'s str>),
    /// The guardrail has ended the answer, and this is the last of it.
    Stopped(String),
}

/// The next chunk. Meanwhile, what is held back leaves when its time is over. The end of an answer does not leave here: its lease
/// is settled first.
async fn guarded_chunk<'s, S: Stages>(
    source: &'s mut Source<S>,
    guard: &mut Guarded<S>,
    decoder: &S::Decoder,
    late: &Late,
    stages: &S,
) -> Result<Chunk<'s>, Fault> {
    // One future: dropping a read could lose what it had already taken.
    let mut chunk = pin!(source.chunk());
    while let Some(held_ms) = guard.held_ms {
        if let Some(chunk) = within(stages, held_ms, chunk.as_mut()).await {
            return chunk.map(Chunk::Arrived);
        }
        let text = guard.flush(decoder).await?;
        if guard.is_stopped {
            return Ok(Chunk::Stopped(text));
        }
        late.put(&text);
    }
    chunk.await.map(Chunk::Arrived)
}

fn too_long(max_bytes: u64) -> Fault {
    let private = format!(
        "more than {max_bytes} bytes came of which nothing could leave (response.max_body_bytes)"
    );
    Fault::new(Kind::UpstreamInvalid, "the provider's answer is too large").with_private(private)
}
