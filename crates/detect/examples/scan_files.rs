//! Print what the detectors of a group find: `scan GROUP FILE...` for files as they are, `scan GROUP --lines FILE...` for files
//! of JSON lines with a `text` each, of which it prints one JSON line of findings each.

use postern_detect::{Detector, DetectorSet, Group, Scanner, Text};
use std::io::Write;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let group = match arguments.next().as_deref() {
        Some("secret") => Group::Secret,
        Some("moderation") => Group::Moderation,
        Some("injection") => Group::Injection,
        _ => Group::Personal,
    };
    let detectors =
        Detector::ALL.iter().copied().filter(|detector| detector.group() == group).collect();
    let scanner = Scanner::new();
    let mut out = std::io::stdout().lock();
    let mut lines = false;
    for path in arguments {
        if path == "--lines" {
            lines = true;
            continue;
        }
        let content = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        if lines {
            for line in content.lines() {
                writeln!(out, "{}", as_json(&scanner, detectors, line))?;
            }
        } else {
            write_findings(&mut out, &scanner, detectors, &path, &content)?;
        }
    }
    Ok(())
}

fn as_json(scanner: &Scanner, detectors: DetectorSet, line: &str) -> serde_json::Value {
    let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let text = line.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
    let findings = scanner.scan(&Text::new(text), detectors);
    findings
        .iter()
        .map(|finding| {
            serde_json::json!([
                finding.span.start,
                finding.span.end,
                finding.detector.as_str(),
                finding.form,
                finding.confidence
            ])
        })
        .collect()
}

fn write_findings(
    out: &mut impl Write,
    scanner: &Scanner,
    detectors: DetectorSet,
    path: &str,
    content: &str,
) -> std::io::Result<()> {
    for finding in scanner.scan(&Text::new(content), detectors) {
        let line = content
            .get(..finding.span.start)
            .unwrap_or_default()
            .rsplit('\n')
            .next()
            .unwrap_or_default();
        let found = content.get(finding.span.clone()).unwrap_or_default();
        let after = content
            .get(finding.span.end..)
            .unwrap_or_default()
            .split('\n')
            .next()
            .unwrap_or_default();
        let short = |text: &str, max| text.chars().take(max).collect::<String>();
        let head: String =
            line.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
        writeln!(
            out,
            "{path} {}/{}/{} {head}[[{}]]{}",
            finding.detector.as_str(),
            finding.form,
            finding.confidence,
            short(&found.replace('\n', "\\n"), 70),
            short(after, 30)
        )?;
    }
    Ok(())
}
