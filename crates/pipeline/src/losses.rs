//! The losses of a translation: reported to the client, or refused.

use postern_fault::{Fault, shown};
use postern_types::provider::Loss;

/// The longest header value: hosts and clients cut or refuse longer ones.
const MAX_HEADER_BYTES: usize = 4_096;

/// The losses as a header's value: `seed: Anthropic has no seed; messages[0].name: ...`.
pub fn header(losses: &[Loss]) -> String {
    let mut text = String::new();
    for (index, loss) in losses.iter().enumerate() {
        let one = printable(&format!("{}: {}", shown(&loss.path), loss.reason));
        if text.len() + one.len() > MAX_HEADER_BYTES {
            return format!("{text}; and {} more", losses.len() - index);
        }
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&one);
    }
    text
}

/// The refusal of a strict request with losses. Another deployment may carry all of it.
pub fn refusal(deployment: &str, losses: &[Loss]) -> Fault {
    let public = format!(
        "this model's provider cannot carry all of the request, and it is strict: leave out what follows, or send it without x-postern-strict ({})",
        header(losses),
    );
    let first = losses.first().map(|loss| shown(&loss.path));
    let fault = Fault::invalid_request(first.unwrap_or_default(), public);
    let fault = fault.with_code("lossy_translation").with_private(deployment.to_owned());
    Fault { retryable: true, ..fault }
}

/// The visible characters of ASCII, which headers carry everywhere (RFC 9110, 5.5).
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(path: &str) -> Loss {
        Loss { path: path.to_owned(), reason: "there is none".to_owned() }
    }

    #[test]
    fn a_header_names_every_loss_in_characters_that_headers_carry() {
        let text = header(&[loss("seed"), loss("metadata.größe\n")]);
        assert_eq!(text, "seed: there is none; metadata.gr??e?: there is none");
    }

    #[test]
    fn a_refusal_names_the_fields_and_is_bounded() {
        let few = refusal("a/b", &[loss("seed"), loss("n")]);
        assert!(few.public.contains("seed: ") && few.public.contains("n: "), "{few}");
        assert_eq!((few.param.as_deref(), few.retryable), (Some("seed"), true));
        let many: Vec<_> = (0..100_000).map(|index| loss(&format!("field_{index}"))).collect();
        assert!(refusal("a/b", &many).public.len() < MAX_HEADER_BYTES + 256);
    }

    #[test]
    fn a_header_is_bounded_and_says_how_many_it_leaves_out() {
        let many: Vec<_> =
            (0..1_000).map(|index| loss(&format!("messages[{index}].name"))).collect();
        let text = header(&many);
        assert!(text.len() < MAX_HEADER_BYTES + 20 && text.ends_with(" more"), "{text}");
    }
}
