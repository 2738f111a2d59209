//! What the detectors of prompt injection say about texts: texts on standard input, each behind its length (four bytes,
//! little-endian); a line for each on standard output: the highest confidence (0: nothing was found), its form, and where.

use postern_detect::{Detector, DetectorSet, Scanner, Text};
use std::io::{Read as _, Write as _};

fn main() -> std::io::Result<()> {
    let scanner = Scanner::new();
    let detectors: DetectorSet = [Detector::PromptInjection].into_iter().collect();
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let mut rest = input.as_slice();
    let mut output = std::io::stdout().lock();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((text, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize)
        else {
            break;
        };
        let text = String::from_utf8_lossy(text);
        let findings = scanner.scan(&Text::new(&text), detectors);
        match findings.iter().max_by_key(|finding| finding.confidence) {
            Some(finding) => {
                writeln!(output, "{} {} {:?}", finding.confidence, finding.form, finding.span)?
            }
            None => writeln!(output, "0 none 0..0")?,
        }
        rest = after;
    }
    Ok(())
}
