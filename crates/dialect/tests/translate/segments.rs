//! Where the texts of an answer stand in the client's dialect, and what comes of edits and of further deltas.

use crate::fixtures::{CLIENTS, STREAM, WHOLE, answer, decoder_of_texts, facts, heard};
use crate::trials::{Client, Trial, edited, events, output, pieces_of, run, sorted, told, trials};
use postern_dialect::chat::Content;
use postern_dialect::{Decoded, Dialect};
use postern_types::provider::{AnswerSegment, Place, SegmentEdit, SegmentRole, TextKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_segments_say_what_the_client_hears() {
    for trial in trials() {
        let outputs = trial.run();
        let heard = trial.heard(&output(&outputs));
        assert_eq!(told(&outputs), heard, "{trial:?}");
    }
}

#[test]
fn asking_for_segments_changes_no_byte() {
    for trial in trials() {
        let plain = run(trial.decoder(false), [trial.text.as_str()], |_, _| None);
        assert_eq!(output(&plain), output(&trial.run()), "{trial:?}");
        assert!(plain.iter().all(|decoded| decoded.segments.is_empty()));
    }
}

/// What a dialect has no place for.
fn has(client: Client, kind: TextKind) -> bool {
    match client {
        Client::Chat | Client::Responses => true,
        Client::Completions => kind == TextKind::Text,
        Client::Anthropic => {
            !matches!(kind, TextKind::ReasoningSummary | TextKind::Refusal | TextKind::Transcript)
        }
    }
}

/// Whether it is tried: no vendor of another dialect speaks.
fn can(client: Client, passes: bool, kind: TextKind) -> bool {
    let can = match (client, kind) {
        (Client::Responses, TextKind::Transcript) => false,
        (_, TextKind::Transcript) => passes,
        // Thoughts beside them have their own test.
        (Client::Chat, TextKind::ReasoningSummary) => false,
        _ => true,
    };
    can && has(client, kind)
}

const KINDS: [TextKind; 7] = [
    TextKind::Text,
    TextKind::Reasoning,
    TextKind::ReasoningSummary,
    TextKind::Refusal,
    TextKind::ToolName,
    TextKind::ToolArguments,
    TextKind::Transcript,
];

#[test]
fn every_kind_is_tried_in_every_dialect_passing_and_translated_streamed_and_whole() {
    let mut seen = BTreeSet::new();
    for trial in trials() {
        for (place, _) in pieces_of(&trial.run()) {
            seen.insert((trial.client, trial.passes(), trial.stream, place.kind as u8));
        }
    }
    for client in Client::ALL {
        for passes in [false, true] {
            for stream in [false, true] {
                for kind in KINDS {
                    let tried = seen.contains(&(client, passes, stream, kind as u8));
                    let can = can(client, passes, kind);
                    assert_eq!(tried, can, "{client:?} {kind:?}, passes: {passes}, {stream}");
                }
            }
        }
    }
}

#[test]
fn every_text_of_a_stream_ends_once_behind_its_last_piece() {
    for trial in trials() {
        let mut open: BTreeSet<_> = BTreeSet::new();
        for segment in trial.run().iter().flat_map(|decoded| decoded.segments.clone()) {
            let AnswerSegment { at, role, .. } = segment;
            match role {
                SegmentRole::Piece if at.kind != TextKind::ToolName => drop(open.insert(at.key())),
                SegmentRole::End => drop(open.remove(&at.key())),
                _ => {}
            }
        }
        assert!(open.is_empty(), "{open:?} {trial:?}");
    }
}

/// Holds everything back until its end.
fn hold_all() -> impl FnMut(&Decoded) -> Option<Vec<SegmentEdit>> {
    hold(|_, _| usize::MAX, |text| text.to_owned())
}

/// Holds back as many characters as `window` says, and changes what it releases.
fn hold(
    mut window: impl FnMut(Place, usize) -> usize,
    change: impl Fn(&str) -> String,
) -> impl FnMut(&Decoded) -> Option<Vec<SegmentEdit>> {
    let mut held: BTreeMap<(u32, u32, u32, u8), String> = BTreeMap::new();
    move |decoded| {
        let mut edits = Vec::new();
        for (number, segment) in (0..).zip(&decoded.segments) {
            let AnswerSegment { at, role, .. } = *segment;
            if role == SegmentRole::Repeat || at.kind == TextKind::ToolName {
                continue;
            }
            let held = held.entry(at.key()).or_default();
            if role == SegmentRole::Piece {
                held.push_str(&segment.text(&decoded.output).unwrap());
            }
            let count = held.chars().count();
            let keep = if role == SegmentRole::End { 0 } else { window(at, count).min(count) };
            let border =
                held.char_indices().nth(count - keep).map_or(held.len(), |(offset, _)| offset);
            let text = change(&held[..border]);
            held.drain(..border);
            edits.push(SegmentEdit { segment: number, text });
        }
        Some(edits)
    }
}

/// What an edited output says of its texts agrees in itself.
fn assert_agrees(trial: &Trial, output: &str) {
    let own = Trial {
        vendor: trial.client.wire(),
        text: output.to_owned(),
        name: if trial.client == Client::Completions { "native" } else { "edited" },
        ..trial.clone()
    };
    let again = own.run();
    let again: String = again.iter().map(|decoded| decoded.output.as_str()).collect();
    assert_eq!(again, *output, "{trial:?}");
}

#[test]
fn what_is_held_back_and_released_unchanged_is_heard_as_it_was() {
    for trial in trials() {
        let plain = trial.heard(&output(&trial.run()));
        for pieces in [vec![trial.text.as_str()], events(&trial.text)] {
            let output = edited(&trial, &pieces, &mut hold_all());
            assert_eq!(trial.heard(&output), plain, "{trial:?}\n{output}");
            assert_agrees(&trial, &output);
        }
    }
}

#[test]
fn a_changed_text_is_heard_as_it_was_changed_and_nowhere_as_it_was() {
    const INSTEAD: &str = "\"\\\n<😀>";
    for trial in trials() {
        for pieces in [vec![trial.text.as_str()], events(&trial.text)] {
            let mut stage = |decoded: &Decoded| {
                let segments = (0..).zip(&decoded.segments);
                let edits = segments.filter_map(|(segment, found)| {
                    let wanted = found.role == SegmentRole::Piece
                        && !matches!(found.at.kind, TextKind::ToolName | TextKind::ToolArguments);
                    let text = INSTEAD.to_owned();
                    wanted.then_some(SegmentEdit { segment, text })
                });
                Some(edits.collect())
            };
            let output = edited(&trial, &pieces, &mut stage);
            let heard = trial.heard(&output);
            for ((_, kind), texts) in &heard.0 {
                let is_call = [TextKind::ToolName as u8, TextKind::ToolArguments as u8];
                let rest = texts.concat().replace(INSTEAD, "");
                assert!(rest.is_empty() || is_call.contains(kind), "{rest} {trial:?}\n{output}");
            }
            for (place, text) in pieces_of(&trial.run()) {
                let is_call = matches!(place.kind, TextKind::ToolName | TextKind::ToolArguments);
                let escaped = postern_types::escape(&text).into_owned();
                let short = text.chars().count() < 6;
                assert!(
                    is_call || short || !output.contains(&escaped),
                    "{text} {trial:?}\n{output}"
                );
            }
            assert_agrees(&trial, &output);
        }
    }
}

#[test]
fn a_delta_may_be_put_in_wherever_its_text_is_open() {
    const MORE: &str = "\n\"😀\\";
    let mut put_in = BTreeSet::new();
    for trial in trials().into_iter().filter(|trial| trial.stream) {
        let events = events(&trial.text);
        let plain = run(trial.decoder(true), events.iter().copied(), |_, _| None);
        let mut places: Vec<Place> = Vec::new();
        for (place, _) in pieces_of(&plain) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        for place in places {
            for point in 0..plain.len() - 1 {
                let (mut at, mut said) = (0, false);
                let outputs =
                    run(trial.decoder(true), events.iter().copied(), |decoded, decoder| {
                        at += 1;
                        let more =
                            (at == point + 1).then(|| decoder.delta(place, MORE).ok()).flatten()?;
                        said = true;
                        Some(decoded.output.clone() + &more)
                    });
                if !said {
                    continue;
                }
                put_in.insert((trial.client, trial.passes(), place.kind as u8));
                let output = output(&outputs);
                let mut expected: BTreeMap<_, (Place, String)> = BTreeMap::new();
                for (at, decoded) in plain.iter().enumerate() {
                    let mut pieces = pieces_of(std::slice::from_ref(decoded));
                    pieces.extend((at == point).then(|| (place, MORE.to_owned())));
                    for (place, text) in pieces {
                        let text_of = expected.entry(place.key()).or_insert((place, String::new()));
                        text_of.1.push_str(&text);
                    }
                }
                assert_eq!(trial.heard(&output), sorted(expected), "{point} {trial:?}\n{output}");
                assert_agrees(&trial, &output);
                assert_numbers_rise(&trial, &output);
            }
        }
    }
    for client in Client::ALL {
        for passes in [false, true] {
            for kind in KINDS.into_iter().filter(|kind| *kind != TextKind::ToolName) {
                let can = can(client, passes, kind);
                let tried = put_in.contains(&(client, passes, kind as u8));
                assert_eq!(tried, can, "{client:?} {kind:?}, passes: {passes}");
            }
        }
    }
}

/// Events are numbered without a gap.
fn assert_numbers_rise(trial: &Trial, output: &str) {
    let numbers: Vec<u64> = output
        .split("\"sequence_number\":")
        .skip(1)
        .map(|rest| rest.split([',', '}']).next().unwrap().parse().unwrap())
        .collect();
    let expected: Vec<u64> = (0..numbers.len() as u64).collect();
    assert_eq!(numbers, expected, "{trial:?}");
    assert_eq!(trial.client == Client::Responses, !numbers.is_empty());
}

#[test]
fn a_place_that_is_not_open_takes_no_delta() {
    for client in CLIENTS {
        for stream in [false, true] {
            let media_type = if stream { STREAM } else { WHOLE };
            let text = answer(client, "text", stream);
            let mut decoder = decoder_of_texts(client, &facts(client, stream), media_type, true);
            let place = Place::new(TextKind::Text, 0);
            assert!(decoder.delta(place, "x").is_err(), "nothing was said");
            let mut outputs = vec![decoder.push(&text).unwrap()];
            outputs.push(decoder.finish().unwrap());
            let (said, _) = pieces_of(&outputs).remove(0);
            assert!(decoder.delta(said, "x").is_err(), "all was said");
            let mut decoder = decoder_of_texts(client, &facts(client, stream), media_type, false);
            decoder.push(&text).unwrap();
            assert!(
                decoder.delta(said, "x").is_err() && decoder.edit(&[]).is_err(),
                "not asked for"
            );
        }
    }
}

#[test]
fn an_edit_that_fits_no_segment_is_refused_and_nothing_is_lost() {
    let text = answer(Dialect::Responses, "text", true);
    let edit = |segment: usize| SegmentEdit { segment: segment as u32, text: "x".to_owned() };
    let facts = facts(Dialect::Responses, true);
    let mut decoder = decoder_of_texts(Dialect::Responses, &facts, STREAM, true);
    let decoded = decoder.push(&text).unwrap();
    let repeat = decoded.segments.iter().position(|found| found.role == SegmentRole::Repeat);
    let count = decoded.segments.len();
    for wrong in [
        vec![edit(repeat.unwrap())],
        vec![edit(count)],
        vec![edit(1), edit(0)],
        vec![edit(0), edit(0)],
    ] {
        let fault = decoder.edit(&wrong).unwrap_err();
        assert_eq!(fault.kind, postern_fault::Kind::Unavailable);
    }
    assert_eq!(decoder.edit(&[]), Ok(text));
    assert!(decoder.edit(&[]).is_err(), "once");
}

#[test]
fn the_arguments_of_a_whole_call_stay_json() {
    let text = answer(Dialect::Anthropic, "tools", false);
    let try_with = |arguments: &str| {
        let facts = facts(Dialect::Anthropic, false);
        let mut decoder = decoder_of_texts(Dialect::Anthropic, &facts, WHOLE, true);
        decoder.push(&text).unwrap();
        let decoded = decoder.finish().unwrap();
        let found = decoded.segments.iter().position(|found| {
            found.at.kind == TextKind::ToolArguments && found.role == SegmentRole::Piece
        });
        let edit = SegmentEdit { segment: found.unwrap() as u32, text: arguments.to_owned() };
        decoder.edit(&[edit])
    };
    let output = try_with(r#"{"city":"[CITY]"}"#).unwrap();
    let Content::ToolCall(call) =
        &heard(Dialect::Anthropic, &output, false).choices[0].parts[1].content
    else {
        panic!("{output}");
    };
    assert_eq!(call.arguments, r#"{"city":"[CITY]"}"#);
    assert!(try_with("{\"city\":").is_err());
}

#[test]
fn a_summary_beside_thoughts_is_a_text_of_its_own_in_a_whole_chat_completion() {
    let details = r#"[{"type":"reasoning.summary","summary":"In short.","index":0},{"type":"reasoning.text","text":"Let me think.","signature":"s","index":1}]"#;
    let text = format!(
        r#"{{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{{"index":0,"message":{{"role":"assistant","reasoning_content":"Let me think.","reasoning_details":{details},"content":"Hi"}},"finish_reason":"stop"}}]}}"#
    );
    let trial =
        Trial { vendor: Dialect::OpenAi, client: Client::Chat, name: "both", stream: false, text };
    let outputs = trial.run();
    assert_eq!(told(&outputs), trial.heard(&output(&outputs)));
    let mut outputs = run(trial.decoder(true), [trial.text.as_str()], |decoded, decoder| {
        let edit = |segment: usize| SegmentEdit { segment: segment as u32, text: "*".to_owned() };
        let pieces = decoded.segments.iter().enumerate();
        let pieces = pieces.filter(|(_, segment)| segment.role == SegmentRole::Piece);
        let edits: Vec<_> = pieces.map(|(segment, _)| edit(segment)).collect();
        (edits.len() == 3).then(|| decoder.edit(&edits).unwrap())
    });
    let output = outputs.pop().unwrap().output;
    assert_eq!(output.matches("\"*\"").count(), 4, "{output}");
    assert!(output.contains(r#""signature":"""#), "{output}");
}

/// Edits every piece that is not of a call to `*`.
fn starred(decoded: &Decoded) -> Vec<SegmentEdit> {
    let pieces = (0..).zip(&decoded.segments);
    let pieces = pieces.filter(|(_, segment)| segment.role == SegmentRole::Piece);
    pieces.map(|(segment, _)| SegmentEdit { segment, text: "*".to_owned() }).collect()
}

#[test]
fn no_line_end_or_second_line_of_data_hides_a_text() {
    for trial in trials().into_iter().filter(|trial| trial.stream) {
        for text in [
            trial.text.replace('\n', "\r\n"),
            trial.text.replace('\n', "\r"),
            format!(": comment\n\n{}", trial.text.replace("data: {", "data:{\ndata: ")),
            format!("\u{feff}{}", trial.text),
        ] {
            let odd = Trial { text, ..trial.clone() };
            let outputs = odd.run();
            assert_eq!(told(&outputs), told(&trial.run()), "{odd:?}");
            if odd.passes() {
                assert_eq!(output(&outputs), odd.text);
            }
            let edited = edited(&odd, &[&odd.text], &mut hold_all());
            assert_eq!(odd.heard(&edited), trial.heard(&output(&trial.run())), "{odd:?}");
        }
    }
}

#[test]
fn seals_and_probabilities_go_with_the_text_that_they_speak_of_and_stay_with_what_is_only_held_back()
 {
    for (vendor, name, seal) in [
        (Dialect::OpenAi, "thoughts", "c2lnbmVk"),
        (Dialect::Anthropic, "thoughts", "c2lnbmVk"),
        (Dialect::Responses, "kinds", "sealed=="),
    ] {
        for client in [Client::Chat, Client::Anthropic, Client::Responses] {
            for trial in trials() {
                let tried = (trial.vendor, trial.client, trial.name) == (vendor, client, name);
                if !tried || !output(&trial.run()).contains(seal) {
                    continue;
                }
                let held = edited(&trial, &events(&trial.text), &mut hold_all());
                assert!(held.contains(seal), "{trial:?}\n{held}");
                let starred = edited(&trial, &events(&trial.text), &mut |decoded| {
                    let mut edits = starred(decoded);
                    edits.retain(|edit| {
                        decoded.segments[edit.segment as usize].at.kind != TextKind::ToolArguments
                    });
                    Some(edits)
                });
                assert!(!starred.contains(seal), "{trial:?}\n{starred}");
                assert!(!starred.contains("\"token\""), "{starred}");
            }
        }
    }
}

#[test]
fn a_repeat_that_contradicts_what_was_said_is_made_to_agree() {
    let text = answer(Dialect::Responses, "text", true);
    let (pieces, ends) = text.split_at(text.find("event: response.output_text.done").unwrap());
    let contradicting = format!("{pieces}{}", ends.replace("Grüße", "Secret"));
    let facts = facts(Dialect::Responses, true);
    let decoder = decoder_of_texts(Dialect::Responses, &facts, STREAM, true);
    assert_eq!(output(&run(decoder, [contradicting.as_str()], |_, _| None)), text);
    // What was lost of the pieces is a text like any other.
    let lost = text.replacen("\"delta\":\"- done\"", "\"delta\":\"\"", 1);
    let decoder = decoder_of_texts(Dialect::Responses, &facts, STREAM, true);
    let outputs = run(decoder, [lost.as_str()], |_, _| None);
    assert_eq!(output(&outputs), lost);
    let (_, last) = pieces_of(&outputs).pop().unwrap();
    assert_eq!(last, "- done");
}

#[test]
fn what_cannot_be_read_does_not_pass_unseen() {
    let text = answer(Dialect::OpenAi, "text", true);
    let (first, rest) = text.split_at(text.find("\n\n").unwrap() + 2);
    let broken = format!("{first}event: other\ndata: {{\"choices\":\n\n{rest}");
    let facts = facts(Dialect::OpenAi, true);
    let mut decoder = decoder_of_texts(Dialect::OpenAi, &facts, STREAM, true);
    let decoded = decoder.push(&broken).unwrap();
    assert_eq!((decoded.output.as_str(), decoded.done), (first, false));
    for fault in [decoder.push("").unwrap_err(), decoder.finish().unwrap_err()] {
        assert_eq!(fault.kind, postern_fault::Kind::UpstreamInvalid);
    }
    let mut decoder = decoder_of_texts(Dialect::OpenAi, &facts, STREAM, false);
    assert_eq!(decoder.push(&broken).unwrap().output, broken);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn cutting_a_stream_changes_no_segment(cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        for trial in trials() {
            let characters: Vec<char> = trial.text.chars().collect();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
            at.extend([0, characters.len()]);
            at.sort_unstable();
            let pieces: Vec<String> =
                at.windows(2).map(|pair| characters[pair[0]..pair[1]].iter().collect()).collect();
            let cut = run(trial.decoder(true), pieces.iter().map(String::as_str), |_, _| None);
            let whole = trial.run();
            assert_eq!(output(&cut), output(&whole), "{trial:?}");
            assert_eq!(spread(&cut), spread(&whole), "{trial:?}");
        }
    }

    #[test]
    fn any_window_releases_the_same_text(windows in prop::collection::vec(0_usize..12, 1..9), whole in any::<bool>()) {
        for trial in trials() {
            let plain = trial.heard(&output(&trial.run()));
            let pieces = if whole { vec![trial.text.as_str()] } else { events(&trial.text) };
            let mut turn = 0;
            let window = |_, _| {
                turn += 1;
                // Of a whole answer all is there.
                if trial.stream { windows[turn % windows.len()] } else { usize::MAX }
            };
            let output = edited(&trial, &pieces, &mut hold(window, str::to_owned));
            assert_eq!(trial.heard(&output), plain, "{trial:?}\n{output}");
            assert_agrees(&trial, &output);
        }
    }
}

/// All segments, as if there were one output.
fn spread(outputs: &[Decoded]) -> Vec<(Place, SegmentRole, u32, u32)> {
    let mut before = 0;
    let mut all = Vec::new();
    for decoded in outputs {
        for AnswerSegment { at, role, span, .. } in &decoded.segments {
            all.push((*at, *role, before + span.start, before + span.end));
        }
        before += decoded.output.len() as u32;
    }
    all
}
