//! `guardrails.toml` and `packs/NAME.toml`: the rules for text in requests and answers.

mod answers;
mod ask;
mod check;
mod detectors;
mod hidden;
mod list;
mod originals;
mod pattern;
mod rule;
mod shared;
mod validation;
mod written;

use std::collections::BTreeSet;
use std::io;

use crate::closed::{DataClass, word_of};
use crate::consumers::ModelPattern;
use crate::problem::Problems;

pub use ask::Ask;
pub(crate) use check::read;
pub use originals::Originals;
pub use validation::{CitationForm, Correction, LANGUAGES, Streams, Validation};

/// The folder of packs, below that of the policies.
pub(crate) const PACKS_FOLDER: &str = "packs";

/// The file of a pack, in the policy folder: `packs/gdpr.toml`.
#[must_use]
pub fn pack_file(name: &str) -> String {
    format!("{PACKS_FOLDER}/{name}.toml")
}

/// How much of a text is held back by default: more than the longest address or name with its context.
const DEFAULT_HOLD_BACK_CHARACTERS: u32 = 256;

/// How long text is held back by default, in milliseconds.
const DEFAULT_HOLD_BACK_MS: u32 = 1_000;

/// How many questions are asked about a request by default, and again about its answer.
const DEFAULT_MAX_QUESTIONS: u32 = 8;

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrails {
    /// The rules of `guardrails.toml`, then those of each pack that it names. In each set the first rule that matches a finding
    /// decides, and the strictest of these decisions holds, so that no rule weakens a pack.
    pub rule_sets: Vec<RuleSet>,
    /// The operator's own terms and patterns.
    pub lists: Vec<TermList>,
    /// What answers must satisfy, of all files.
    pub validations: Vec<Validation>,
    /// How much text of a stream may be held back, in characters, until a finding in it is decided.
    pub hold_back_characters: u32,
    /// How long text may be held back, in milliseconds.
    pub hold_back_ms: u32,
    /// How originals of placeholders are kept for a conversation; `None` if they live in the request only.
    pub originals: Option<Originals>,
    /// How many questions models are asked about a request, and again about its answer. What would be one more is done as if the
    /// model had agreed.
    pub max_questions: u32,
}

/// The rules of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// The pack's name; `None` for `guardrails.toml`.
    pub pack: Option<String>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
}

/// The action on the findings that match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique in its file.
    pub name: String,
    /// Names of detectors (`email`), and `list:NAME` for lists; groups (`personal`) are resolved to their detectors.
    pub detectors: BTreeSet<String>,
    /// Whether it applies to requests, answers, or both.
    pub directions: Directions,
    /// The speakers whose text it applies to; `None` means all. The text of an answer is always the assistant's.
    pub roles: Option<BTreeSet<Speaker>>,
    /// The requested models and aliases that it applies to; `None` means all.
    pub models: Option<Vec<ModelPattern>>,
    /// The callers that it applies to; a field that is `None` matches all.
    pub callers: Callers,
    /// The lowest confidence of a finding that it matches, 0 to 100.
    pub min_confidence: u8,
    /// The action on a finding; of a rule that asks a model, the action if it agrees.
    pub action: Action,
    /// The model that is asked before the action is taken.
    pub ask: Option<Ask>,
    /// The public text of a refusal or replacement; always present for [`Action::Replace`] and [`Action::Block`], never otherwise.
    pub message: Option<String>,
    /// What is appended to an answer with such a finding; never with [`Action::Replace`] or [`Action::Block`].
    pub disclaimer: Option<String>,
    /// The articles of law that it serves.
    pub cites: Vec<String>,
    /// Whether text that cannot be scanned passes; of a rule that asks a model, also whether its action is not taken where the model
    /// gives no opinion.
    pub fails_open: bool,
}

/// The directions of texts that a rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directions {
    /// To the vendor.
    pub request: bool,
    /// To the client.
    pub answer: bool,
}

impl Directions {
    /// The values of `directions`.
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("request", Self { request: true, answer: false }),
        ("answer", Self { request: false, answer: true }),
    ];
}

/// The speaker of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speaker {
    /// The operator: system and developer messages, tools' declarations.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool, in its results; documents and files.
    Tool,
}

impl Speaker {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("system", Self::System),
        ("user", Self::User),
        ("assistant", Self::Assistant),
        ("tool", Self::Tool),
    ];

    /// Its name in `guardrails.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// Callers, by their attributes. All fields must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callers {
    /// By the names of consumers.
    pub consumers: Option<BTreeSet<String>>,
    /// By teams.
    pub teams: Option<BTreeSet<String>>,
    /// By tenants.
    pub tenants: Option<BTreeSet<String>>,
    /// By roles: one match is enough.
    pub roles: Option<BTreeSet<String>>,
    /// By the class of their data.
    pub data_classes: Option<BTreeSet<DataClass>>,
}

/// The action on a finding, from mild to strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is recorded.
    Allow,
    /// It is recorded, and a header says so.
    Flag,
    /// A placeholder replaces it in the request, and the answer has the original again. For findings in answers, as [`Action::Flag`].
    Anonymise,
    /// All but its last characters are masked.
    Mask,
    /// The detector's name replaces it.
    Redact,
    /// The answer ends with the rule's message; a request is refused.
    Replace,
    /// The request is refused; an answer ends.
    Block,
}

impl Action {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("allow", Self::Allow),
        ("flag", Self::Flag),
        ("anonymise", Self::Anonymise),
        ("mask", Self::Mask),
        ("redact", Self::Redact),
        ("replace", Self::Replace),
        ("block", Self::Block),
    ];

    /// Its name in `guardrails.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// Whether it replaces the finding and so needs a detector that marks data.
    #[must_use]
    pub fn covers_data(self) -> bool {
        matches!(self, Self::Anonymise | Self::Mask | Self::Redact)
    }
}

/// The operator's own terms and patterns, as a detector `list:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermList {
    /// Its name.
    pub name: String,
    /// Words and phrases, matched as whole words, in any case and with look-alike letters.
    pub terms: Vec<String>,
    /// Regular expressions whose matches have a bounded length.
    pub patterns: Vec<String>,
}

impl Default for Guardrails {
    fn default() -> Self {
        Guardrails {
            rule_sets: Vec::new(),
            lists: Vec::new(),
            validations: Vec::new(),
            hold_back_characters: DEFAULT_HOLD_BACK_CHARACTERS,
            hold_back_ms: DEFAULT_HOLD_BACK_MS,
            originals: None,
            max_questions: DEFAULT_MAX_QUESTIONS,
        }
    }
}

impl Guardrails {
    /// Reads the text of `guardrails.toml` and of the packs that it names. Without the file there are no rules.
    ///
    /// `pack` returns the text of [`pack_file`] for a name, or `None` if there is no such file.
    ///
    /// # Errors
    ///
    /// All problems of these files.
    pub fn from_toml(
        text: Option<&str>,
        pack: impl Fn(&str) -> io::Result<Option<String>>,
    ) -> Result<Self, Problems> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let (guardrails, problems) = read(text, pack, |_, _| ());
        problems.or(guardrails)
    }

    /// All rules, in the order of their files.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rule_sets.iter().flat_map(|set| &set.rules)
    }
}

/// The problems of one pack by itself: of its lists and rules, not of its references to other files.
///
/// A pack that `guardrails.toml` does not name has no effect but must still be valid.
#[must_use]
pub fn check_pack(name: &str, text: &str) -> Problems {
    check::pack_alone(name, text)
}
