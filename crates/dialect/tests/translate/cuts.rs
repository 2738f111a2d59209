//! Answers that a guardrail ends, wherever it does: each is whole for a strict reader of its dialect, says what was released and
//! nothing else, and says why it ended.

use crate::strict::{Read, read};
use crate::trials::{self, Client, Trial, events};
use postern_dialect::Decoded;
use postern_dialect::translate::Decoder;
use postern_fault::Kind;
use postern_types::provider::{AnswerSegment, Notice, Place, SegmentEdit, SegmentRole, TextKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const MESSAGE: &str = "Stopped \"here\".\n";

fn notice(said: bool) -> Notice {
    Notice {
        rule: "no-secrets".to_owned(),
        detector: "credential".to_owned(),
        message: MESSAGE.to_owned(),
        said,
    }
}

/// Answers that say anything: a client of completions gets no calls.
fn trials() -> Vec<Trial> {
    let mut trials = trials::trials();
    trials.retain(|trial| !points(&outputs(trial, &[&trial.text])).is_empty());
    trials
}

/// Where the answer ends: in this output, at this segment.
type Point = (usize, u32);

/// What a client gets of an answer that ends at a point.
struct Outcome {
    output: String,
    /// The texts that were allowed, by choice and kind, and where the first stands that was not.
    allowed: BTreeMap<(u64, u8), String>,
    at: Place,
    decoder: Decoder,
}

/// The outputs of an answer, and the points at which it may end.
fn outputs(trial: &Trial, pieces: &[&str]) -> Vec<Decoded> {
    let mut decoder = trial.decoder(true);
    let mut outputs: Vec<Decoded> =
        pieces.iter().map(|piece| decoder.push(piece).unwrap()).collect();
    if outputs.last().is_none_or(|last| !last.done) {
        outputs.push(decoder.finish().unwrap());
    }
    outputs
}

fn points(outputs: &[Decoded]) -> Vec<Point> {
    let mut points = Vec::new();
    for (output, decoded) in outputs.iter().enumerate() {
        let segments = (0..).zip(&decoded.segments);
        let said = segments.filter(|(_, segment)| segment.role != SegmentRole::Repeat);
        points.extend(said.map(|(segment, _)| (output, segment)));
    }
    points
}

/// Cut at a point; `change` makes edits of the texts before it.
fn cut(
    trial: &Trial,
    pieces: &[&str],
    point: Point,
    said: bool,
    mut change: impl FnMut(&AnswerSegment, &str) -> Option<String>,
) -> Outcome {
    let mut decoder = trial.decoder(true);
    let (mut output, mut allowed) = (String::new(), BTreeMap::<_, String>::new());
    for number in 0..=point.0 {
        let decoded = match pieces.get(number) {
            Some(piece) => decoder.push(piece).unwrap(),
            None => decoder.finish().unwrap(),
        };
        let is_last = number == point.0;
        let end = if is_last { point.1 } else { u32::MAX };
        let mut edits = Vec::new();
        for (segment, found) in (0..end).zip(&decoded.segments) {
            if found.role == SegmentRole::Repeat {
                continue;
            }
            let own = found.text(&decoded.output).unwrap().into_owned();
            let edit = change(found, &own);
            let text = edit.clone().unwrap_or(own);
            edits.extend(edit.map(|text| SegmentEdit { segment, text }));
            let key = (u64::from(found.at.choice), found.at.kind as u8);
            allowed.entry(key).or_default().push_str(&text);
        }
        if is_last {
            let at = decoded.segments[point.1 as usize].at;
            // Edits of what does not leave change nothing in a stream.
            if trial.stream {
                let late = (point.1..).zip(&decoded.segments[point.1 as usize..]);
                let late = late.filter(|(_, found)| found.role != SegmentRole::Repeat);
                edits.extend(late.map(|(segment, _)| SegmentEdit { segment, text: "LATE".into() }));
            }
            output += &decoder.cut(&edits, point.1, &notice(said)).unwrap();
            return Outcome { output, allowed, at, decoder };
        }
        output += &match edits.is_empty() {
            true => decoded.output,
            false => decoder.edit(&edits).unwrap(),
        };
    }
    panic!("the answer has no such output")
}

/// The word of each dialect for filtered content.
fn filtered(client: Client) -> &'static str {
    if client == Client::Anthropic { "refusal" } else { "content_filter" }
}

fn assert_ended(trial: &Trial, point: Point, outcome: &Outcome, said: bool) -> Read {
    let Outcome { output, allowed, at, .. } = outcome;
    let case = || format!("{point:?} {at:?} {said} {trial:?}\n{output}");
    let found = read(trial.client, trial.stream, output);
    assert!(found.finishes.iter().all(|finish| finish == filtered(trial.client)), "{}", case());
    let why = found.guardrail.as_ref().unwrap_or_else(|| panic!("{}", case()));
    assert_eq!(
        (&why["rule"], &why["detector"], &why["message"]),
        (&"no-secrets".into(), &"credential".into(), &MESSAGE.into()),
    );
    let message = if said { MESSAGE } else { "" };
    for kind in [TextKind::Text, TextKind::Refusal, TextKind::Reasoning] {
        for choice in 0..2 {
            let empty = String::new();
            let allowed = allowed.get(&(choice, kind as u8)).unwrap_or(&empty);
            let is_said = kind == TextKind::Text && choice == u64::from(at.choice);
            let expected = format!("{allowed}{}", if is_said { message } else { "" });
            // Thoughts that only stand in a list beside the answer have their own reader.
            if trial.client == Client::Chat && kind == TextKind::Reasoning {
                let heard = found.text(choice, kind);
                assert!(heard.is_empty() || heard == expected, "{heard}: {}", case());
            } else {
                assert_eq!(found.text(choice, kind), expected, "{}", case());
            }
        }
    }
    assert!(!output.contains("LATE"), "{}", case());
    found
}

fn chunkings(trial: &Trial) -> Vec<(&'static str, Vec<&str>)> {
    match trial.stream {
        true => vec![("one chunk", vec![&trial.text]), ("each event", events(&trial.text))],
        false => vec![("whole", vec![&trial.text])],
    }
}

#[test]
fn an_answer_may_end_at_every_segment_in_every_form_passing_and_translated() {
    let mut tried = BTreeSet::new();
    for trial in trials() {
        for (form, pieces) in chunkings(&trial) {
            for point in points(&outputs(&trial, &pieces)) {
                for said in [false, true] {
                    let outcome = cut(&trial, &pieces, point, said, |_, _| None);
                    assert_ended(&trial, point, &outcome, said);
                    tried.insert((trial.client, trial.passes(), form));
                }
            }
        }
    }
    for client in Client::ALL {
        for passes in [false, true] {
            for form in ["whole", "one chunk", "each event"] {
                let is_tried = tried.contains(&(client, passes, form));
                assert!(is_tried, "{client:?}, passes: {passes}, {form}");
            }
        }
    }
}

#[test]
fn where_a_stream_was_cut_into_chunks_makes_no_difference() {
    for trial in trials().into_iter().filter(|trial| trial.stream) {
        let each = events(&trial.text);
        let one = [trial.text.as_str()];
        let (many, single) = (points(&outputs(&trial, &each)), points(&outputs(&trial, &one)));
        assert_eq!(many.len(), single.len());
        for (many, single) in many.into_iter().zip(single) {
            let whole = |output: &str| read(trial.client, true, output).texts;
            let many = cut(&trial, &each, many, true, |_, _| None);
            let single = cut(&trial, &one, single, true, |_, _| None);
            assert_eq!(whole(&many.output), whole(&single.output), "{trial:?}");
        }
    }
}

#[test]
fn no_call_at_or_behind_the_cut_is_whole() {
    let mut tried = BTreeSet::new();
    for trial in trials() {
        for (_, pieces) in chunkings(&trial) {
            for point in points(&outputs(&trial, &pieces)) {
                let outcome = cut(&trial, &pieces, point, false, |_, _| None);
                let found = read(trial.client, trial.stream, &outcome.output);
                // In a stream of the others, the reason of the end says it of all calls.
                if trial.stream && trial.client != Client::Responses {
                    continue;
                }
                let all = outputs(&trial, &pieces);
                let before = all[..point.0].iter().map(|decoded| (decoded, usize::MAX));
                let names = before.chain([(&all[point.0], point.1 as usize)]);
                let names = names.flat_map(|(decoded, end)| decoded.segments.iter().take(end));
                let ends = names.filter(|segment| segment.at.kind == TextKind::ToolArguments);
                let ends: BTreeSet<_> = ends.map(|segment| segment.at.key()).collect();
                let whole = found.calls.iter().filter(|whole| **whole).count();
                assert!(whole <= ends.len(), "{point:?} {trial:?}\n{}", outcome.output);
                if outcome.at.kind == TextKind::ToolArguments {
                    let own = usize::from(ends.contains(&outcome.at.key()));
                    assert!(whole <= ends.len() - own, "{point:?} {trial:?}\n{}", outcome.output);
                    tried.insert((trial.client, trial.stream));
                }
            }
        }
    }
    assert_eq!(tried.len(), 4, "{tried:?}");
}

#[test]
fn the_usage_is_said_as_far_as_it_is_known() {
    for trial in trials().into_iter().filter(|trial| trial.stream) {
        let pieces = events(&trial.text);
        for point in points(&outputs(&trial, &pieces)) {
            let outcome = cut(&trial, &pieces, point, false, |_, _| None);
            let asked = trial.client != Client::Completions;
            let usage = read(trial.client, true, &outcome.output).usage;
            assert_eq!(usage.is_some(), asked, "{trial:?}\n{}", outcome.output);
            let Some(usage) = usage else { continue };
            let chat = trial.client == Client::Chat;
            let output = if chat { "completion_tokens" } else { "output_tokens" };
            let known = outcome.decoder.so_far().output_tokens;
            assert_eq!(usage[output], known, "{trial:?}\n{}", outcome.output);
        }
    }
}

#[test]
fn nothing_is_said_behind_the_end_but_what_it_has_cost() {
    for trial in trials() {
        let (_, pieces) = chunkings(&trial).remove(0);
        let point = points(&outputs(&trial, &pieces))[0];
        let mut decoder = cut(&trial, &pieces, point, false, |_, _| None).decoder;
        let at = Place::new(TextKind::Text, 0);
        let faults = [
            decoder.push("data: x\n\n").map(|_| ()),
            decoder.finish().map(|_| ()),
            decoder.edit(&[]).map(|_| ()),
            decoder.delta(at, "x").map(|_| ()),
            decoder.cut(&[], 0, &notice(false)).map(|_| ()),
        ];
        for fault in faults {
            let fault = fault.unwrap_err();
            assert_eq!(fault.kind, Kind::Unavailable);
            let private = fault.private.unwrap();
            assert!(private.contains("the answer was cut"), "{private}");
        }
        assert!(decoder.so_far().estimated);
    }
}

#[test]
fn an_answer_ends_at_a_piece_or_an_end_of_its_last_output_only() {
    for trial in trials() {
        let (_, pieces) = chunkings(&trial).remove(0);
        let mut decoder = trial.decoder(true);
        assert!(decoder.cut(&[], 0, &notice(false)).is_err(), "nothing was said");
        let mut decoded = decoder.push(pieces[0]).unwrap();
        if !trial.stream {
            decoded = decoder.finish().unwrap();
        }
        let repeats = (0..).zip(&decoded.segments);
        let repeats = repeats.filter(|(_, segment)| segment.role == SegmentRole::Repeat);
        let wrong = repeats.map(|(segment, _)| segment).chain([decoded.segments.len() as u32]);
        for segment in wrong {
            let fault = decoder.cut(&[], segment, &notice(false)).unwrap_err();
            assert_eq!(fault.kind, Kind::Unavailable);
        }
        let first = points(&[decoded])[0].1;
        assert!(decoder.cut(&[], first, &notice(false)).is_ok(), "a refusal costs nothing");
        let mut decoder = trial.decoder(true);
        decoder.push(pieces[0]).unwrap();
        if !trial.stream {
            decoder.finish().unwrap();
        }
        decoder.edit(&[]).unwrap();
        let behind = decoder.cut(&[], first, &notice(false));
        assert_eq!(behind.is_ok(), trial.stream, "a whole answer has left");
    }
}

/// When the time of text that was held back is over, the vendor has said nothing new.
#[test]
fn a_stream_may_end_behind_what_has_left() {
    let mut tried = BTreeSet::new();
    for trial in trials().into_iter().filter(|trial| trial.stream) {
        let pieces = events(&trial.text);
        let outputs = outputs(&trial, &pieces);
        let points = points(&outputs);
        let (first, last) = (points[0].0, points[points.len() - 1].0);
        for number in first..last {
            let mut decoder = trial.decoder(true);
            let (mut output, mut allowed) = (String::new(), BTreeMap::<_, String>::new());
            for (piece, decoded) in pieces.iter().zip(&outputs).take(number + 1) {
                output += &decoder.push(piece).unwrap().output;
                for found in &decoded.segments {
                    if found.role != SegmentRole::Repeat {
                        let text = found.text(&decoded.output).unwrap();
                        let key = (u64::from(found.at.choice), found.at.kind as u8);
                        allowed.entry(key).or_default().push_str(&text);
                    }
                }
            }
            decoder.edit(&[]).unwrap();
            output += &decoder.cut(&[], 0, &notice(false)).unwrap();
            if read(trial.client, true, &output)
                .finishes
                .iter()
                .any(|end| end != filtered(trial.client))
            {
                // One of its choices had ended before.
                continue;
            }
            let at = Place::new(TextKind::Text, 0);
            let outcome = Outcome { output, allowed, at, decoder };
            assert_ended(&trial, (number, 0), &outcome, false);
            tried.insert((trial.client, trial.passes()));
        }
    }
    assert_eq!(tried.len(), Client::ALL.len() * 2, "{tried:?}");
}

#[test]
fn what_was_put_in_before_stays_and_numbers_go_on() {
    for trial in trials().into_iter().filter(|trial| trial.stream) {
        let pieces = events(&trial.text);
        let all = outputs(&trial, &pieces);
        for point in points(&all) {
            let mut decoder = trial.decoder(true);
            let (mut output, mut texts) = (String::new(), String::new());
            let mut text = None;
            for (number, piece) in pieces.iter().enumerate().take(point.0 + 1) {
                let decoded = decoder.push(piece).unwrap();
                let pieces = decoded.segments.iter().take_while(|_| number < point.0);
                let pieces = pieces.filter(|found| found.role == SegmentRole::Piece);
                for found in pieces.filter(|found| found.at.kind == TextKind::Text) {
                    texts += &found.text(&decoded.output).unwrap();
                    text = Some(found.at);
                }
                if number == point.0 {
                    output += &decoder.cut(&[], point.1, &notice(false)).unwrap();
                    break;
                }
                output += &decoded.output;
                if let Some(Ok(more)) = text.map(|at| decoder.delta(at, "<more>")) {
                    output += &more;
                    texts += "<more>";
                }
            }
            if point.0 < pieces.len() && !output.is_empty() {
                let found = read(trial.client, true, &output);
                assert!(found.text(0, TextKind::Text).starts_with(&texts), "{trial:?}\n{output}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_may_end_anywhere_whatever_was_edited_before(
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        at in any::<prop::sample::Index>(),
        edits in prop::collection::vec(prop::option::of("[a\"\\\\é😀\n]{0,4}"), 24),
        said in any::<bool>(),
    ) {
        for trial in trials() {
            let mut borders: Vec<usize> =
                cuts.iter().map(|cut| trial.text.floor_char_boundary(cut.index(trial.text.len()))).collect();
            borders.extend([0, trial.text.len()]);
            borders.sort_unstable();
            let pieces: Vec<&str> =
                borders.windows(2).map(|pair| &trial.text[pair[0]..pair[1]]).collect();
            let points = points(&outputs(&trial, &pieces));
            let point = points[at.index(points.len())];
            let mut edits = edits.iter().cycle();
            let outcome = cut(&trial, &pieces, point, said, |found, _| {
                let is_call = matches!(found.at.kind, TextKind::ToolName | TextKind::ToolArguments);
                edits.next().unwrap().clone().filter(|_| !is_call)
            });
            assert_ended(&trial, point, &outcome, said);
        }
    }
}
