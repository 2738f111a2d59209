use super::*;
use crate::{Dialect, Operation, RequestFacts, Role};

const BODY: &str = r#"{"model":"m","a":"one\n","b":{"c":[1]},"d":"","e":"two"}"#;

fn segment(text: &str, is_json_string: bool) -> Segment {
    let start = BODY.find(text).unwrap();
    let span = Span::from(start..start + text.len());
    Segment { kind: SegmentKind::Other, role: Role::User, span, is_json_string }
}

fn prompt() -> Prompt {
    let start = BODY.find("\"m\"").unwrap();
    let facts = RequestFacts {
        client: Dialect::OpenAi,
        operation: Operation::Chat,
        model: "m".to_owned(),
        model_span: Span::from(start..start + 3),
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: None,
        thinking_tokens: None,
        expected_answer_tokens: None,
        choices: 1,
        answers: 1,
        texts: 1,
        tools: 0,
        images: 0,
        audio: 0,
        documents: 0,
    };
    let empty = u32::try_from(BODY.find("\"\"").unwrap()).unwrap() + 1;
    let empty = Segment { span: Span { start: empty, end: empty }, ..segment("two", true) };
    let segments =
        vec![segment("one\\n", true), segment("{\"c\":[1]}", false), empty, segment("two", true)];
    Prompt { body: BODY.to_owned(), facts, segments }
}

fn raws(prompt: &Prompt) -> Vec<&str> {
    prompt.segments.iter().map(|segment| segment.raw(&prompt.body).unwrap()).collect()
}

fn at(text: &str, replacement: &str) -> Edit {
    let start = BODY.find(text).unwrap();
    Edit { span: Span::from(start..start + text.len()), replacement: replacement.to_owned() }
}

#[test]
fn edits_of_segments_move_all_behind_them() {
    let prompt = prompt();
    let [first, second, empty, last] = prompt.segments[..] else { panic!() };
    let edits: Vec<_> = [(first, "\"1\""), (second, "gone\t"), (empty, "new"), (last, "")]
        .map(|(segment, text)| segment.replaced_by(text).unwrap())
        .into();
    let edited = prompt.apply(&edits).unwrap();
    assert_eq!(edited.body, r#"{"model":"m","a":"\"1\"","b":"gone\t","d":"new","e":""}"#);
    assert_eq!(raws(&edited), [r#"\"1\""#, r#""gone\t""#, "new", ""]);
    assert_eq!(edited.segments[0].text(&edited.body).unwrap(), "\"1\"");
}

#[test]
fn edits_beside_segments_move_them_and_leave_them() {
    let prompt = prompt();
    let value = prompt.segments[1].span;
    let edits = [
        at("\"m\"", "\"a longer one\""),
        Edit::insert(value.start, " "),
        Edit::insert(value.end, ",\"new\":1"),
    ];
    let edited = prompt.apply(&edits).unwrap();
    assert_eq!(raws(&edited), raws(&prompt));
    assert_eq!(edited.facts.model, "a longer one");
    assert_eq!(edited.facts.model_span.of(&edited.body), Some("\"a longer one\""));
}

#[test]
fn what_is_taken_away_is_no_segment_any_more() {
    let edited = prompt().apply(&[at(r#""a":"one\n","b":{"c":[1]},"d":"","#, "")]).unwrap();
    assert_eq!(edited.body, r#"{"model":"m","e":"two"}"#);
    assert_eq!(raws(&edited), ["two"]);
}

#[test]
fn refuses_edits_that_change_a_segment_and_what_is_beside_it() {
    for edit in
        [at(r#""e":"two""#, r#""e":"three""#), at("e\\n\",\"b\"", ""), at("\"m\",\"a\"", "\"n\"")]
    {
        assert_eq!(
            prompt().apply(std::slice::from_ref(&edit)),
            Err(EditError::CutsSegment(edit.span))
        );
    }
    assert!(prompt().apply(&[at("\"m\"", "1")]).is_err(), "the model is a string");
}

#[test]
fn nothing_takes_the_place_of_nothing() {
    let nowhere = Span { start: 4, end: 4 };
    let segment = Segment { span: nowhere, ..segment("two", false) };
    assert_eq!(segment.replaced_by("x"), None);
}
