//! What a fake does, by the end of the model's name.

/// One of the things that every fake can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Answers [`super::TEXT`].
    Text,
    /// Calls [`super::TOOL`] if there are tools and no result yet; else quotes the result.
    Tools,
    /// The same with two calls, or one if the request forbids parallel calls.
    Parallel,
    /// Says what image it got ([`super::image_text`]).
    Image,
    /// Answers JSON that fits the schema, or calls the tool that is forced upon it.
    Structured,
    /// Thinks [`super::THOUGHTS`] first, seals it, and demands the seal back.
    Reasoning,
    /// Is cut by the cap after [`super::CUT_TEXT`].
    Length,
    /// Meets the first stop sequence after [`super::CUT_TEXT`].
    Stop,
    /// Says [`super::REFUSAL`], or is blocked, as the vendor does.
    Refusal,
    /// The vendor's filter cuts it after [`super::CUT_TEXT`].
    Filter,
    /// Refuses with this status, in the vendor's shape.
    Error(u16),
    /// An error after two deltas; not streamed, a 500.
    MidstreamError,
    /// No JSON, or a frame whose checksum is wrong.
    Malformed,
    /// The connection breaks.
    Cut,
    /// The cap cuts the arguments of a call: [`super::CUT_ARGUMENTS`].
    TruncatedArgs,
    /// A call without arguments.
    EmptyArgs,
    /// Answers [`super::XML_CALL`], a call for clients that read calls from texts.
    XmlCall,
    /// Answers [`super::TEXT`] at the cost of [`super::CACHED_USAGE`].
    Cached,
}

/// Those whose name is always the same.
const NAMED: [(&str, Scenario); 17] = [
    ("text", Scenario::Text),
    ("tools", Scenario::Tools),
    ("parallel", Scenario::Parallel),
    ("image", Scenario::Image),
    ("structured", Scenario::Structured),
    ("reasoning", Scenario::Reasoning),
    ("length", Scenario::Length),
    ("stop", Scenario::Stop),
    ("refusal", Scenario::Refusal),
    ("filter", Scenario::Filter),
    ("midstream-error", Scenario::MidstreamError),
    ("malformed", Scenario::Malformed),
    ("cut", Scenario::Cut),
    ("truncated-args", Scenario::TruncatedArgs),
    ("empty-args", Scenario::EmptyArgs),
    ("cached", Scenario::Cached),
    ("xml-call", Scenario::XmlCall),
];

impl Scenario {
    /// The scenario with which a model's name ends: `claude-fake-error-429`. None: no such model.
    #[must_use]
    pub fn of(model: &str) -> Option<Self> {
        if let Some((_, status)) = model.rsplit_once("error-")
            && let Ok(status) = status.parse()
        {
            return Some(Self::Error(status));
        }
        let ends = |name: &str| {
            let before = model.strip_suffix(name);
            before.is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))
        };
        NAMED.iter().find(|(name, _)| ends(name)).map(|(_, scenario)| *scenario)
    }

    /// The names of all that have one; errors are `error-` and a status.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_name_decides() {
        assert_eq!(Scenario::of("claude-fake-text"), Some(Scenario::Text));
        assert_eq!(Scenario::of("text"), Some(Scenario::Text));
        assert_eq!(Scenario::of("fake-error-429"), Some(Scenario::Error(429)));
        assert_eq!(Scenario::of("fake-midstream-error"), Some(Scenario::MidstreamError));
        assert_eq!(Scenario::of("context"), None);
    }
}
