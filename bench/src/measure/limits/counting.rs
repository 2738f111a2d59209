//! How long it takes to count a prompt, in the component.

use super::stage::{self, ADMIT};
use crate::client::{Call, Connection};
use crate::clock;
use crate::gateway::Gateway;
use crate::measure::Effort;
use crate::payload;
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::Result;
use postern_tokenizer::Encoding;

/// The prompts to compare with.
const TINY: &str = "Hello";

/// A long prompt in so many requests of the effort's, and one of a thousand tokens in so many.
const LONG_SHARE: u64 = 60;
const SHORT_SHARE: u64 = 3;

/// This repository's words, ...
const PROSE: [&str; 4] = [
    include_str!("../../../../README.md"),
    include_str!("../../../../ARCHITECTURE.md"),
    include_str!("../../../../CONTRIBUTING.md"),
    include_str!("../../../../docs/policies.md"),
];

/// ... and its code.
const CODE: [&str; 4] = [
    include_str!("../../gateway.rs"),
    include_str!("../../load.rs"),
    include_str!("../../report.rs"),
    include_str!("../auth.rs"),
];

pub async fn counting(gateway: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let running = gateway.start().await?;
    let mut connection = Connection::open(&running.server).await?;
    let mut figures = Vec::new();
    for (tokens, share, limit_ms) in [(1_000, SHORT_SHARE, 1.0), (100_000, LONG_SHARE, 120.0)] {
        let requests = (effort.timed_requests / share).max(10);
        for (kind, sources) in [("prose", PROSE), ("code", CODE)] {
            let text = text(&sources, tokens);
            figures.push(
                figure(&mut connection, kind, &text, requests)
                    .await?
                    .reaching(Target::AtMost(limit_ms)),
            );
        }
    }
    running.stop().await?;
    Ok(figures)
}

/// With this prompt and with a tiny one in turn: what lies between is the count, and the way of the text into the component.
async fn figure(
    connection: &mut Connection,
    kind: &str,
    text: &str,
    requests: u64,
) -> Result<Figure> {
    let [whole, tiny] =
        [text, TINY].map(|prompt| Call { timing: true, ..Call::chat(payload::prompt(prompt)) });
    let (mut of_whole, mut of_tiny) = (Samples::default(), Samples::default());
    for request in 0..requests + requests / 10 {
        let one = stage::stages_ns(connection, &whole, [ADMIT]).await?;
        let other = stage::stages_ns(connection, &tiny, [ADMIT]).await?;
        if request >= requests / 10 {
            one.into_iter().for_each(|ns| of_whole.push(ns));
            other.into_iter().for_each(|ns| of_tiny.push(ns));
        }
    }
    let (native_ms, tokens) = natively(text);
    let name = format!("to count {tokens} tokens of {kind}, median");
    let counted_ms = of_whole.median_ms() - of_tiny.median_ms();
    Ok(Figure::new(name, "ms", counted_ms).beside(native_ms).noted(format!(
        "server-timing `limiter` {:.3} less {:.3} with a tiny prompt, medians of {requests}; p99 {:.3}; direct is the same code natively",
        of_whole.median_ms(),
        of_tiny.median_ms(),
        of_whole.percentile_ms(99),
    )))
}

/// The median of some counts in this process, and what they counted.
fn natively(text: &str) -> (f64, u64) {
    const COUNTS: u32 = 11;
    let mut tokens = postern_tokenizer::count(Encoding::O200kBase, text);
    let mut samples = Samples::default();
    for _ in 0..COUNTS {
        let started_ns = clock::now_ns();
        tokens = postern_tokenizer::count(Encoding::O200kBase, text);
        samples.push(clock::now_ns().saturating_sub(started_ns));
    }
    (samples.median_ms(), tokens)
}

/// Whole lines of the sources, again from their beginning if need be, with about so many tokens.
fn text(sources: &[&str], tokens: u64) -> String {
    let mut text = String::new();
    let mut counted = 0;
    let lines = sources.iter().flat_map(|source| source.split_inclusive('\n'));
    for line in lines.cycle() {
        if counted >= tokens {
            break;
        }
        counted += postern_tokenizer::count(Encoding::O200kBase, line);
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_about_the_tokens_that_the_figures_name() {
        for sources in [PROSE, CODE] {
            for tokens in [1_000, 100_000] {
                let counted =
                    postern_tokenizer::count(Encoding::O200kBase, &text(&sources, tokens));
                assert!(counted.abs_diff(tokens) < tokens / 10, "{counted} of {tokens}");
            }
        }
    }
}
