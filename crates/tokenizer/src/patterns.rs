//! How the pieces of a text look that are merged each by itself; `build.rs` makes automata of them.

/// One way a piece may look.
pub struct Pattern {
    #[allow(dead_code)] // Of interest to build.rs only.
    pub regex: &'static str,
    /// The last character is only looked at: it begins the next piece.
    #[allow(dead_code)] // Of no interest to build.rs.
    pub looks_ahead: bool,
}

const fn whole(regex: &'static str) -> Pattern {
    Pattern { regex, looks_ahead: false }
}

/// `\s+(?!\S)` as regexes that run in linear time can say it: white space up to the character before the last one that is
/// white space, too; the end of the text is `\s+$`. GitHub's `bpe-openai` does the same.
const SPACE_BEFORE_SPACE: Pattern = Pattern { regex: r"\s+\s", looks_ahead: true };

/// As `tiktoken_ext/openai_public.py` of tiktoken 0.14 has it, in the same order.
pub static O200K_BASE: [Pattern; 8] = [
    whole(
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    ),
    whole(
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    ),
    whole(r"\p{N}{1,3}"),
    whole(r" ?[^\s\p{L}\p{N}]+[\r\n/]*"),
    whole(r"\s*[\r\n]+"),
    whole(r"\s+$"),
    SPACE_BEFORE_SPACE,
    whole(r"\s"),
];

/// The same for `cl100k_base`. What it writes as possessive cannot match in another way than greedy here.
pub static CL100K_BASE: [Pattern; 8] = [
    whole(r"'(?i:[sdmt]|ll|ve|re)"),
    whole(r"[^\r\n\p{L}\p{N}]?\p{L}+"),
    whole(r"\p{N}{1,3}"),
    whole(r" ?[^\s\p{L}\p{N}]+[\r\n]*"),
    whole(r"\s+$"),
    whole(r"\s*[\r\n]"),
    SPACE_BEFORE_SPACE,
    whole(r"\s"),
];
