//! The audit chain: its export, and its verification without the gateway.

use crate::cli::{AuditAction, Export, Verify};
use crate::deployment::Deployment;
use crate::key;
use crate::ledger::{self, AUDIT_KEY_VARIABLE, Ledger};
use anyhow::{Context, Result, anyhow, bail};
use postern_trail::audit::{
    AuditPublicKey, AuditStream, Begin, Broken, Ending, KnownLink, LinkHash, StreamReport,
    Verifier, Why,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Does what the command says.
pub fn audit(deployment: &Deployment, action: AuditAction) -> Result<()> {
    match action {
        AuditAction::Verify(options) => verify(&options),
        AuditAction::Export(options) => export(deployment, &options),
        AuditAction::PublicKey => {
            let key = ledger::key()?;
            let key = key.with_context(|| format!("the variable {AUDIT_KEY_VARIABLE} is empty"))?;
            println!("{}", key.public().to_hex());
            Ok(())
        }
    }
}

fn export(deployment: &Deployment, options: &Export) -> Result<()> {
    let mut ledger = Ledger::open(deployment, &options.ledger)?;
    let now_ms = key::now_unix_s()?.saturating_mul(1_000);
    let mut output: Box<dyn Write> = match &options.output {
        Some(file) => {
            let created = File::create(file);
            Box::new(created.with_context(|| format!("{} cannot be written", file.display()))?)
        }
        None => Box::new(io::stdout().lock()),
    };
    for stream in AuditStream::ALL {
        let mut query = format!("stream={}", stream.as_str());
        loop {
            let part = ledger.get("audit", &query, now_ms)?;
            output.write_all(part.body.as_bytes())?;
            match part.next {
                Some(next) => query = next,
                None => break,
            }
        }
    }
    Ok(output.flush()?)
}

/// Prints how far each stream is proven, or fails with the first broken link.
fn verify(options: &Verify) -> Result<()> {
    let reports = verified(options)?;
    if reports.is_empty() {
        println!("no links");
    }
    for (stream, report) in &reports {
        let StreamReport { first, last, checkpoints, hash, .. } = report;
        println!("{stream}: links {first} to {last} follow each other, {checkpoints} checkpoints");
        match report.signed_through {
            Some(through) => println!("  signed through link {through}"),
            None => println!("  not signed"),
        }
        let end = if report.closed { "the end of an export" } else { "open" };
        println!("  the file ends here: {end}");
        println!("  known from now on: --known {stream}:{last}:{hash}");
    }
    Ok(())
}

fn verified(options: &Verify) -> Result<BTreeMap<String, StreamReport>> {
    let key = |text: &String| {
        AuditPublicKey::from_hex(text).map_err(|error| anyhow!("--public-key {text:?}: {error}"))
    };
    let keys: Vec<_> = options.public_key.iter().map(key).collect::<Result<_>>()?;
    let begin = if options.swept { Begin::AtCheckpoint } else { Begin::AtFirstLink };
    let ending = if options.open { Ending::Open } else { Ending::Closed };
    let mut verifier = Verifier::new(&keys, begin, ending);
    for text in &options.known {
        verifier = verifier.expecting(known(text)?);
    }
    let place = options.file.display().to_string();
    let broken = |broken: Broken| anyhow!("{place}, {broken}");
    let mut reader = reader(&options.file)?;
    let (mut bytes, mut line) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        line += 1;
        let end = bytes.pop_if(|byte| *byte == b'\n');
        // What is not UTF-8 is not a link either.
        verifier.line(&String::from_utf8_lossy(&bytes)).map_err(broken)?;
        if end.is_none() {
            return Err(broken(Broken { line, link: None, why: Why::NoLineEnd }));
        }
        bytes.clear();
    }
    verifier.finish().map_err(broken)
}

fn reader(file: &Path) -> Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened = File::open(file);
    let opened = opened.with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, opened)))
}

/// `stream:link:hash`.
fn known(text: &str) -> Result<KnownLink> {
    let mut parts = text.split(':');
    let (Some(stream), Some(seq), Some(hash), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        bail!("--known is {text:?}; write STREAM:LINK:HASH, as an earlier verification printed it");
    };
    let hash = LinkHash::from_hex(hash).with_context(|| format!("--known: {hash:?} is no hash"))?;
    let seq = seq.parse().with_context(|| format!("--known: {seq:?} is no number"))?;
    Ok(KnownLink { stream: stream.to_owned(), seq, hash })
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_trail::Name;
    use postern_trail::audit::{AuditEvent, AuditKey, Chain};
    use std::fs;

    fn options(text: &str, known: &[&str], open: bool) -> (tempfile::NamedTempFile, Verify) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let public = AuditKey::from_hex(&"42".repeat(32)).unwrap().public().to_hex();
        let known = known.iter().map(|text| (*text).to_owned()).collect();
        let path = file.path().to_owned();
        (file, Verify { file: path, public_key: vec![public], open, swept: false, known })
    }

    fn export() -> Vec<String> {
        let key = AuditKey::from_hex(&"42".repeat(32)).unwrap();
        let mut chain = Chain::new(Name::from_policy("administration"));
        let name = Name::from_policy;
        let event = |object: &str| AuditEvent::Administration {
            actor: name("ops"),
            action: name("key_issued"),
            object: name(object),
            before_digest: None,
            after_digest: None,
        };
        let mut lines: Vec<_> =
            ["a", "b", "c"].iter().map(|object| chain.append(1, &event(object))).collect();
        lines.push(chain.closing(2, &key).unwrap());
        lines
    }

    fn outcome(text: &str, known: &[&str], open: bool) -> String {
        let (_file, options) = options(text, known, open);
        match verified(&options) {
            Ok(reports) => format!("{} links", reports["administration"].links),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_first_broken_link_of_a_file_is_named() {
        let lines = export();
        let whole = lines.join("\n") + "\n";
        let removed = [&lines[0], &lines[2], &lines[3]].map(String::as_str).join("\n") + "\n";
        let known = |hash: &str| format!("administration:1:{hash}");
        let hash = lines[1].rsplit('"').nth(1).unwrap().to_owned();
        for (text, given, open, says) in [
            (whole.clone(), None, false, "4 links"),
            (
                whole.replace("\"ops\"", "\"eve\""),
                None,
                false,
                "line 1 (link 0 of stream `administration`)",
            ),
            (
                removed,
                None,
                false,
                "line 2 (link 2 of stream `administration`): link 1 is expected here",
            ),
            (lines[..3].join("\n") + "\n", None, false, "the closing checkpoint is missing"),
            (lines[..3].join("\n") + "\n", None, true, "3 links"),
            (whole.trim_end().to_owned(), None, false, "no line end"),
            (whole.clone(), Some(known(&hash)), false, "4 links"),
            (whole.clone(), Some(known(&"0".repeat(64))), false, "not the link that was known"),
            (whole.clone(), Some("a:b".to_owned()), false, "write STREAM:LINK:HASH"),
            ("\u{0}\n".to_owned(), None, false, "line 1: this is not a link"),
        ] {
            let given: Vec<_> = given.iter().map(String::as_str).collect();
            let found = outcome(&text, &given, open);
            assert!(found.contains(says), "{says}: {found}");
        }
    }
}
