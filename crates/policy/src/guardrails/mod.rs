//! `guardrails.toml` and `packs/NAME.toml`: what may be said, either way, and what is done about the rest.

mod check;
mod detectors;
mod hidden;
mod list;
mod pattern;
mod rule;
mod written;

use std::collections::BTreeSet;
use std::io;

use crate::closed::{DataClass, word_of};
use crate::consumers::ModelPattern;
use crate::problem::Problems;

pub(crate) use check::read;

/// The folder of packs, below that of the policies.
pub(crate) const PACKS_FOLDER: &str = "packs";

/// The file of a pack, in the policy folder: `packs/gdpr.toml`.
#[must_use]
pub fn pack_file(name: &str) -> String {
    format!("{PACKS_FOLDER}/{name}.toml")
}

/// How much of a text is held back unless the file says otherwise: more than the longest address or name in context.
const DEFAULT_HOLD_BACK_CHARACTERS: u32 = 256;

/// How long it is held back, unless the file says otherwise.
const DEFAULT_HOLD_BACK_MS: u32 = 1_000;

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardrails {
    /// The rules of `guardrails.toml`, and then those of each pack that it names. Of each of them the first rule that matches a
    /// finding decides; of these decisions the strictest holds, so that no rule weakens a pack.
    pub rule_sets: Vec<RuleSet>,
    /// Terms and patterns of the operator's own.
    pub lists: Vec<TermList>,
    /// How much text of a stream may be held back, in characters: nothing of a finding leaves before it is decided.
    pub hold_back_characters: u32,
    /// For how long, in milliseconds.
    pub hold_back_ms: u32,
}

/// The rules of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// The pack's name; none for `guardrails.toml`.
    pub pack: Option<String>,
    /// In the order of the file.
    pub rules: Vec<Rule>,
}

/// What is done about some findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Unique in its file.
    pub name: String,
    /// Names of detectors (`email`), and `list:NAME` for lists; groups (`personal`) are resolved.
    pub detectors: BTreeSet<String>,
    /// Requests, answers, or both.
    pub directions: Directions,
    /// Whose words; none: everybody's. In answers all words are the assistant's.
    pub roles: Option<BTreeSet<Speaker>>,
    /// Which models and aliases, as they are asked for; none: all.
    pub models: Option<Vec<ModelPattern>>,
    /// Which callers; none of a field: all.
    pub callers: Callers,
    /// Findings of less confidence are not the rule's, 0 to 100.
    pub min_confidence: u8,
    /// What is done.
    pub action: Action,
    /// The public text of a refusal or replacement; only [`Action::Replace`] and [`Action::Block`] have one, and always.
    pub message: Option<String>,
    /// The articles that it serves.
    pub cites: Vec<String>,
    /// Text that cannot be scanned passes.
    pub fails_open: bool,
}

/// Which way a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directions {
    /// To the vendor.
    pub request: bool,
    /// To the client.
    pub answer: bool,
}

impl Directions {
    /// The words of `directions`.
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("request", Self { request: true, answer: false }),
        ("answer", Self { request: false, answer: true }),
    ];
}

/// Who says a text.
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

    /// The word for it in `guardrails.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// Callers, by what is known of them. All fields must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callers {
    /// By the names of consumers.
    pub consumers: Option<BTreeSet<String>>,
    /// By teams.
    pub teams: Option<BTreeSet<String>>,
    /// By tenants.
    pub tenants: Option<BTreeSet<String>>,
    /// By roles: one is enough.
    pub roles: Option<BTreeSet<String>>,
    /// By the class of their data.
    pub data_classes: Option<BTreeSet<DataClass>>,
}

/// What is done about a finding, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is recorded.
    Allow,
    /// It is recorded, and a header says so.
    Flag,
    /// A placeholder stands for it at the vendor, and it stands again in the answer. In answers as [`Action::Flag`].
    Anonymise,
    /// All but its last characters are covered.
    Mask,
    /// Its detector's name stands for it.
    Redact,
    /// The answer ends with the rule's message; a request is refused.
    Replace,
    /// Refused; an answer ends.
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

    /// The word for it in `guardrails.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// Whether it puts something in the place of what was found, and so needs a detector that marks data.
    #[must_use]
    pub fn covers_data(self) -> bool {
        matches!(self, Self::Anonymise | Self::Mask | Self::Redact)
    }
}

/// Terms and patterns of the operator's own, as a detector `list:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermList {
    /// Its name.
    pub name: String,
    /// Words and phrases, found whole, in any case and with look-alike letters.
    pub terms: Vec<String>,
    /// Regular expressions whose matches have a bounded length.
    pub patterns: Vec<String>,
}

impl Default for Guardrails {
    fn default() -> Self {
        Guardrails {
            rule_sets: Vec::new(),
            lists: Vec::new(),
            hold_back_characters: DEFAULT_HOLD_BACK_CHARACTERS,
            hold_back_ms: DEFAULT_HOLD_BACK_MS,
        }
    }
}

impl Guardrails {
    /// Reads the text of `guardrails.toml`, and those of the packs that it names. Without the file there are no rules.
    ///
    /// `pack` gives the text of [`pack_file`] for a name, or nothing when there is no such file.
    ///
    /// # Errors
    ///
    /// All problems of all these files.
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

    /// All rules, in the order in which they are read.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rule_sets.iter().flat_map(|set| &set.rules)
    }
}

/// The problems of one pack by itself: of its lists and rules, not of what they say of other files.
///
/// A pack that `guardrails.toml` does not name holds for nobody, and is still to be right.
#[must_use]
pub fn check_pack(name: &str, text: &str) -> Problems {
    check::pack_alone(name, text)
}
