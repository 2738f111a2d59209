//! A guardrail before the built-in one that fails in the ways a component can: as a word of the request or of the answer asks.

use bindings::exports::postern::guardrail::stage::{Guest, GuestAnswer};
use bindings::postern::guardrail::stage;
use postern_types::guardrail::{
    Flushed, Judgement, Opinion, OriginalsPolicy, Piece, Released, Verdict,
};
use postern_types::{Caller, Fault, Prompt};
use std::hint::black_box;
use std::time::{Duration, Instant};

mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit", "../../examples/wrapper.wit"],
        world: "postern:examples/wrapper",
        with: {
            "postern:types/types@0.1.0": postern_types,
            "postern:provider/types@0.1.0": postern_types::provider,
            "postern:guardrail/types@0.1.0": postern_types::guardrail,
        },
        generate_all,
    });
}

/// The blocks that are allocated and never freed: 1 MiB.
const BLOCK_BYTES: usize = 1024 * 1024;

struct Wrapper;

impl Guest for Wrapper {
    type Answer = Answer;

    fn check_request(
        caller: Caller,
        prompt: Prompt,
        known: Option<String>,
        opinions: Vec<Opinion>,
    ) -> Result<Verdict, Fault> {
        fail_as_asked(&prompt.body, "request");
        stage::check_request(&caller, &prompt, known.as_deref(), &opinions)
    }

    fn keeps_originals() -> Result<Option<OriginalsPolicy>, Fault> {
        stage::keeps_originals()
    }

    fn ready() -> Result<(), Fault> {
        stage::ready()
    }
}

struct Answer(stage::Answer);

impl GuestAnswer for Answer {
    fn new(memo: String) -> Self {
        Answer(stage::Answer::new(&memo))
    }

    fn push(&self, pieces: Vec<Piece>) -> Result<Released, Fault> {
        for piece in &pieces {
            fail_as_asked(&piece.text, "answer");
        }
        self.0.push(&pieces)
    }

    fn take_opinions(&self, opinions: Vec<Opinion>) {
        self.0.take_opinions(&opinions);
    }

    fn flush(&self) -> Result<Flushed, Fault> {
        self.0.flush()
    }

    fn finish(&self) -> Result<Judgement, Fault> {
        self.0.finish()
    }
}

/// `requesttraps` traps when a request says it, `answerhoards` takes all memory when an answer does, and `requestdawdles`
/// computes for a second. Each is one token of the sandbox.
fn fail_as_asked(text: &str, direction: &str) {
    let asks = |what: &str| text.contains(&format!("{direction}{what}"));
    if asks("traps") {
        std::process::abort();
    }
    if asks("hoards") {
        loop {
            std::mem::forget(black_box(Vec::<u8>::with_capacity(BLOCK_BYTES)));
        }
    }
    if asks("dawdles") {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(1) {
            black_box(&start);
        }
    }
}

bindings::export!(Wrapper with_types_in bindings);
