//! Decides whether the text of a request or an answer may pass.
//!
//! Reads: `guardrails.toml`, its packs, the request's segments, the answer's texts, models' opinions on them. Writes: nothing. Refuses with:
//! `content-filtered`. Runs after the request is read, before it is routed, and again on every part of the answer and at its end. Pure: it
//! parses foreign text, so it is granted nothing. Fails closed.

use postern_contract::guardrail::exports::postern::guardrail::stage::{Guest, GuestAnswer};
use postern_contract::policies::{self, Policies};
use postern_contract::types::guardrail::{
    Flushed, Judgement, Opinion, OriginalsPolicy, Piece, Released, Verdict,
};
use postern_contract::types::{Caller, Fault, Prompt};
use postern_detect::Scanner;
use postern_fault::Fault as NativeFault;
use postern_guard::{Answer as NativeAnswer, Guard};
use postern_policy::{GUARDRAILS_FILE, Guardrails, pack_file};
use std::cell::RefCell;
use std::io::Error;
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

static GUARD: Policies<Guard> = Policies::new();

struct Guardrail;

impl postern_contract::guardrail::Guest for Guardrail {
    fn postern_initialise() {
        LazyLock::force(&SCANNER);
    }
}

impl Guest for Guardrail {
    type Answer = Answer;

    fn check_request(
        caller: Caller,
        prompt: Prompt,
        known: Option<String>,
        opinions: Vec<Opinion>,
    ) -> Result<Verdict, Fault> {
        Ok(guard()?.check_with(&caller, &prompt, known.as_deref(), &opinions)?)
    }

    fn keeps_originals() -> Result<Option<OriginalsPolicy>, Fault> {
        Ok(guard()?.keeps_originals())
    }

    fn ready() -> Result<(), Fault> {
        guard()?;
        Ok(())
    }
}

/// One answer. Calls of one component do not overlap, so a borrow never fails.
struct Answer(Result<RefCell<NativeAnswer<'static>>, Fault>);

impl GuestAnswer for Answer {
    fn new(memo: String) -> Self {
        let answer = guard().and_then(|guard| NativeAnswer::new(guard, &memo));
        Answer(answer.map(RefCell::new).map_err(Fault::from))
    }

    fn push(&self, pieces: Vec<Piece>) -> Result<Released, Fault> {
        let answer = self.0.as_ref().map_err(Clone::clone)?;
        Ok(answer.borrow_mut().push(&pieces))
    }

    fn take_opinions(&self, opinions: Vec<Opinion>) {
        // Without rules every push and flush fails.
        if let Ok(answer) = &self.0 {
            answer.borrow_mut().take_opinions(&opinions);
        }
    }

    fn flush(&self) -> Result<Flushed, Fault> {
        let answer = self.0.as_ref().map_err(Clone::clone)?;
        Ok(answer.borrow_mut().flush())
    }

    fn finish(&self) -> Result<Judgement, Fault> {
        let answer = self.0.as_ref().map_err(Clone::clone)?;
        Ok(answer.borrow_mut().finish())
    }
}

fn guard() -> Result<&'static Guard, NativeFault> {
    GUARD.get(|| {
        let rules = policies::optional(GUARDRAILS_FILE)?;
        let pack = |name: &str| policies::optional(&pack_file(name)).map_err(Error::other);
        let policy = Guardrails::from_toml(rules.as_deref(), pack)
            .map_err(|problems| problems.to_string())?;
        Ok(Guard::new(&SCANNER, &policy))
    })
}

postern_contract::guardrail::export_guardrail!(Guardrail);
