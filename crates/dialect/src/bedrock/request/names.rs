//! Converts names to match Bedrock's patterns. The same name yields the same result everywhere.

/// The limit for `toolUseId` and for a tool's name.
const MAX_CHARACTERS: usize = 64;

/// The id of a call: `[a-zA-Z0-9_.:-]+`.
pub(super) fn call_id(id: String) -> String {
    fitted(id, |c| c.is_ascii_alphanumeric() || "_.:-".contains(c))
}

/// The name of a tool: `[a-zA-Z0-9_-]+`.
pub(super) fn tool(name: String) -> String {
    fitted(name, |c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

fn fitted(name: String, fits: impl Fn(char) -> bool) -> String {
    if !name.is_empty() && name.len() <= MAX_CHARACTERS && name.chars().all(&fits) {
        return name;
    }
    // Names that differ only in refused characters stay distinct.
    let mark = format!("_{:016x}", fingerprint(&name));
    let kept = name.chars().map(|c| if fits(c) { c } else { '_' });
    kept.take(MAX_CHARACTERS - mark.len()).collect::<String>() + &mark
}

/// FNV-1a.
fn fingerprint(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The name of a document: letters, digits, single spaces, hyphens, parentheses and square brackets, at most 200 characters
/// less the suffix that makes it unique.
pub(super) fn document(name: &str) -> String {
    const MAX: usize = 180;
    let mut clean = String::new();
    for c in name.trim().chars().take(MAX) {
        let c = match c {
            c if c.is_ascii_alphanumeric() || "()[]-".contains(c) => c,
            c if c.is_whitespace() => ' ',
            _ => '-',
        };
        if c != ' ' || !clean.ends_with(' ') {
            clean.push(c);
        }
    }
    clean
}
