//! The answer to a client: a head, and a body that is complete or still arriving.

use crate::ids::Binder;
use crate::lease::Lease;
use crate::memory::MemoryPermit;
use crate::redact::redacted;
use crate::source::Source;
use crate::stages::{Decoder as _, Stages};
use postern_fault::{Fault, Kind};
use postern_types::limiter::Outcome;
use postern_types::provider::{Decoded, Loss};
use postern_types::{self as types, FaultKind, Price, Usage};

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
    /// The body, or its first part if more is to come.
    pub body: String,
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
            body,
            streamed: None,
        }
    }
}

/// A vendor's answer in transit: bytes in, the client's dialect out.
pub struct Streamed<S: Stages> {
    stages: S,
    source: Source<S>,
    decoder: S::Decoder,
    done: bool,
    /// A part of the answer could not be read: its usage is not known.
    unreadable: bool,
    /// The bytes since the last output for the client, which bound what the decoder buffers.
    kept_bytes: u64,
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
}

impl<S: Stages> Streamed<S> {
    /// Decodes the answer of `source`. `max_bytes` bounds what may arrive without output for the client: a vendor may
    /// answer a stream request with a buffered answer.
    pub fn new(stages: S, source: Source<S>, decoder: S::Decoder, max_bytes: u64) -> Self {
        Streamed {
            stages,
            source,
            decoder,
            done: false,
            unreadable: false,
            kept_bytes: 0,
            max_bytes,
            usage: None,
            price: None,
            lease: None,
            binder: None,
            unbound: None,
        }
    }

    /// The next part for the client, never empty; none if the answer is complete.
    ///
    /// # Errors
    ///
    /// The fault that cut the answer, and `upstream-invalid` over the size limit; it must not be called again then.
    pub async fn next(&mut self) -> Result<Option<String>, Fault> {
        while !self.done {
            let decoded = match self.source.chunk().await? {
                Some(chunk) => {
                    self.kept_bytes = self.kept_bytes.saturating_add(chunk.len() as u64);
                    if self.kept_bytes > self.max_bytes {
                        return Err(too_long(self.max_bytes));
                    }
                    let pushed = self.decoder.push(chunk);
                    let is_unreadable =
                        |fault: &types::Fault| fault.kind == FaultKind::UpstreamInvalid;
                    self.unreadable = pushed.as_ref().is_err_and(is_unreadable);
                    pushed
                }
                None => {
                    self.done = true;
                    self.decoder.finish()
                }
            };
            let decoded = redacted(&self.stages, decoded).await?;
            let output = self.take(decoded).await;
            if !output.is_empty() {
                self.kept_bytes = 0;
                return Ok(Some(output));
            }
        }
        Ok(None)
    }

    /// The complete answer: a buffered answer is a stream of one chunk.
    ///
    /// # Errors
    ///
    /// As [`Streamed::next`], and `upstream-invalid` for more than `max_bytes`.
    pub async fn whole(&mut self, max_bytes: u64) -> Result<(String, MemoryPermit), Fault> {
        let (body, permit) = self.source.whole(max_bytes).await?;
        let pushed = redacted(&self.stages, self.decoder.push(&body)).await?;
        let mut output = self.take(pushed).await;
        if !self.done {
            let finished = redacted(&self.stages, self.decoder.finish()).await?;
            output.push_str(&self.take(finished).await);
        }
        Ok((output, permit))
    }

    /// Whether the answer is complete: its usage is known.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The usage of an answer that ends here.
    pub fn so_far(&self) -> Usage {
        self.decoder.so_far()
    }

    /// The outcome of an answer that ends here, incomplete.
    pub fn cut_short(&self) -> Outcome {
        if self.unreadable { Outcome::Reserved(true) } else { Outcome::Interrupted(self.so_far()) }
    }

    /// After the last part: lets the vendor's connection serve the next request.
    pub async fn rest(&mut self) {
        self.source.rest().await;
    }

    async fn take(&mut self, decoded: Decoded) -> String {
        self.done |= decoded.done;
        self.usage = decoded.usage.or(self.usage);
        // Before the client can see them.
        if let Some(binder) = &self.binder
            && let Err(why) = binder.bind(&self.stages, decoded.ids).await
        {
            self.unbound = Some(why);
        }
        decoded.output
    }
}

fn too_long(max_bytes: u64) -> Fault {
    let private = format!(
        "more than {max_bytes} bytes came of which nothing could leave (response.max_body_bytes)"
    );
    Fault::new(Kind::UpstreamInvalid, "the provider's answer is too large").with_private(private)
}
