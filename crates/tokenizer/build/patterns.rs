//! The patterns of pieces, which are merged separately.

/// A pattern of a piece.
pub struct Pattern {
    pub regex: &'static str,
    /// The last character is look-ahead: it begins the next piece.
    pub looks_ahead: bool,
}

const fn whole(regex: &'static str) -> Pattern {
    Pattern { regex, looks_ahead: false }
}

/// `\s+(?!\S)` for regexes in linear time: white space up to the character before the last white space; at the end of
/// the text it is `\s+$`. GitHub's `bpe-openai` does the same.
const SPACE_BEFORE_SPACE: Pattern = Pattern { regex: r"\s+\s", looks_ahead: true };

/// The patterns of `tiktoken_ext/openai_public.py` of tiktoken 0.14, in the same order.
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

/// The same for `cl100k_base`. Its possessive quantifiers cannot match in another way than greedy ones here.
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
