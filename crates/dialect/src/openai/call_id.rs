//! Ids of calls in the form that Mistral takes: nine letters and digits
//! (<https://docs.mistral.ai/capabilities/function_calling>; `mistral-common` refuses any other).

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 9;

/// The id itself if it has the form, else nine letters and digits that depend on it alone, so that a call and its result agree.
pub(crate) fn of_nine(id: &str) -> String {
    if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.to_owned();
    }
    // FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. Two of a conversation's ids meet once in 10^13 pairs.
    let mut hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut short = String::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        let letter = usize::try_from(hash % 62).unwrap_or_default();
        short.push(LETTERS.get(letter).copied().map_or('0', char::from));
        hash /= 62;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::of_nine;

    #[test]
    fn an_id_of_the_form_stays_and_others_become_one() {
        assert_eq!(of_nine("D681PevKs"), "D681PevKs");
        let mut seen = std::collections::BTreeSet::new();
        for at in 0..2_000 {
            let short = of_nine(&format!("call_{at}"));
            assert!(short.len() == 9 && short.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(seen.insert(short));
        }
        assert_eq!(of_nine("call_1"), of_nine("call_1"));
    }
}
