//! A guardrail that refuses a request which names an internal project, and leaves all else to the guardrail behind it.
//!
//! Reads: the request's segments. Refuses with: `content-filtered`. Fails closed: a segment that cannot be read refuses the
//! request.

use bindings::exports::postern::guardrail::stage::{Guest, GuestAnswer};
use bindings::postern::guardrail::stage;
use postern_fault::{Fault as NativeFault, Kind};
use postern_types::guardrail::{
    Action, Finding, Flushed, Judgement, Opinion, OriginalsPolicy, Piece, Released, Verdict,
};
use postern_types::{Caller, Fault, Prompt};

mod bindings {
    wit_bindgen::generate!({
        path: ["../../wit", "../wrapper.wit"],
        world: "postern:examples/wrapper",
        with: {
            "postern:types/types@0.1.0": postern_types,
            "postern:provider/types@0.1.0": postern_types::provider,
            "postern:guardrail/types@0.1.0": postern_types::guardrail,
        },
        generate_all,
    });
}

/// A project's code is this and four digits.
const PREFIX: &str = "PRJ-";

struct Wrapper;

impl Guest for Wrapper {
    type Answer = Answer;

    fn check_request(
        caller: Caller,
        prompt: Prompt,
        known: Option<String>,
        opinions: Vec<Opinion>,
    ) -> Result<Verdict, Fault> {
        let mut verdict = stage::check_request(&caller, &prompt, known.as_deref(), &opinions)?;
        let count = projects(&prompt)?;
        if count == 0 {
            return Ok(verdict);
        }
        verdict.findings.push(Finding {
            detector: "project_code".to_owned(),
            form: String::new(),
            rule: "no-projects".to_owned(),
            action: Action::Block,
            count,
            asked: None,
        });
        verdict.refusal.get_or_insert_with(|| {
            let message = "Names of internal projects must not leave the company. (project_code)";
            NativeFault::new(Kind::ContentFiltered, message).into()
        });
        // Nothing of a refused request is edited, asked about, kept or answered.
        let Verdict { findings, refusal, .. } = verdict;
        Ok(Verdict {
            edits: Vec::new(),
            findings,
            refusal,
            memo: None,
            originals: None,
            judging: None,
            questions: Vec::new(),
        })
    }

    fn keeps_originals() -> Result<Option<OriginalsPolicy>, Fault> {
        stage::keeps_originals()
    }

    fn ready() -> Result<(), Fault> {
        stage::ready()
    }
}

/// Answers are the other guardrail's: this one only hands them on.
struct Answer(stage::Answer);

impl GuestAnswer for Answer {
    fn new(memo: String) -> Self {
        Answer(stage::Answer::new(&memo))
    }

    fn push(&self, pieces: Vec<Piece>) -> Result<Released, Fault> {
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

/// How often the request names a project, in whichever segment.
fn projects(prompt: &Prompt) -> Result<u32, Fault> {
    let mut count: u32 = 0;
    for segment in &prompt.segments {
        // Without JSON's escapes: `PRJ\u002d1234` is a project, too.
        let text = segment.text(&prompt.body).ok_or_else(|| {
            NativeFault::new(Kind::Unavailable, "the guardrail cannot read the request")
        })?;
        count = count.saturating_add(projects_in(&text));
    }
    Ok(count)
}

fn projects_in(text: &str) -> u32 {
    let has_four_digits = |rest: &str| {
        // Bounded, so that a text is read once whatever it says.
        rest.bytes().take(5).take_while(u8::is_ascii_digit).count() == 4
    };
    let named = text.split(PREFIX).skip(1).filter(|rest| has_four_digits(rest));
    u32::try_from(named.count()).unwrap_or(u32::MAX)
}

bindings::export!(Wrapper with_types_in bindings);
