//! Features of texts for a trainer: texts on standard input, each behind its length (four bytes, little-endian); samples on
//! standard output. The argument names the model.

use postern_detect::training::Features;
use std::io::{Read as _, Write as _};

fn main() -> std::io::Result<()> {
    let write = match std::env::args().nth(1).as_deref() {
        Some("injection") => Features::write_injection,
        other => {
            return Err(std::io::Error::other(format!(
                "unknown model {other:?}: one of injection"
            )));
        }
    };
    let features = Features::new();
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let mut rest = input.as_slice();
    let mut output = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((text, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize)
        else {
            break;
        };
        write(&features, &String::from_utf8_lossy(text), &mut output);
        rest = after;
    }
    std::io::stdout().write_all(&output)
}
