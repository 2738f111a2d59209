//! What a client prefers (RFC 9110, 12.5.1).

/// Whether a client prefers CSV to JSON in an answer.
pub fn prefers_csv(accept: &str) -> bool {
    let of = |ranges: [&str; 3]| {
        let weight = |wanted: &&str| accept.split(',').find_map(|range| weight(range, wanted));
        ranges.iter().find_map(weight).unwrap_or(0)
    };
    of(["text/csv", "text/*", "*/*"]) > of(["application/json", "application/*", "*/*"])
}

/// The weight of a media range in thousandths, if it is this one.
fn weight(range: &str, wanted: &str) -> Option<u32> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(wanted) {
        return None;
    }
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let thousandths = |text: &str| text.parse::<f32>().map_or(0.0, |q| q.clamp(0.0, 1.0) * 1_000.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1,000")]
    Some(quality.map_or(1_000, |text| thousandths(text) as u32))
}

#[cfg(test)]
mod tests {
    use super::prefers_csv;

    #[test]
    fn csv_is_written_for_those_who_prefer_it() {
        for (accept, csv) in [
            ("text/csv", true),
            ("TEXT/CSV; charset=utf-8", true),
            ("text/csv, application/json;q=0.9", true),
            ("text/csv, */*;q=0.1", true),
            ("text/*", true),
            ("*/*", false),
            ("application/json", false),
            ("text/csv;q=0.5, application/json", false),
            ("text/csv, application/json", false),
            ("text/csv;q=0", false),
            ("text/csvx", false),
            ("", false),
        ] {
            assert_eq!(prefers_csv(accept), csv, "{accept}");
        }
    }
}
