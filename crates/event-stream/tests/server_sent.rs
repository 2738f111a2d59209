//! Server-sent events come out as the standard says, however the stream was cut.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice, missing_docs)]

use postern_event_stream::Parser;
use proptest::prelude::*;

/// raw, name, data, complete
type Seen = (String, Option<String>, Option<String>, bool);

fn drain(parser: &mut Parser, into: &mut Vec<Seen>) {
    while let Some(event) = parser.next_event().unwrap() {
        into.push((
            event.raw.to_owned(),
            event.name.map(str::to_owned),
            event.data.map(|data| data.into_owned()),
            event.complete,
        ));
    }
}

fn parse(chunks: &[&str]) -> Vec<Seen> {
    let mut parser = Parser::new(1024);
    let mut seen = Vec::new();
    for chunk in chunks {
        parser.push(chunk);
        drain(&mut parser, &mut seen);
    }
    parser.finish();
    drain(&mut parser, &mut seen);
    seen
}

fn data(stream: &str) -> Vec<Option<String>> {
    parse(&[stream]).into_iter().map(|event| event.2).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn hands_out_each_event_with_its_bytes() {
    assert_eq!(
        parse(&[": hello\nevent: greeting\ndata: hi\n\ndata: there\n\n"]),
        [
            (": hello\nevent: greeting\ndata: hi\n\n".into(), some("greeting"), some("hi"), true),
            ("data: there\n\n".into(), None, some("there"), true),
        ]
    );
}

#[test]
fn reads_all_three_line_ends() {
    for end in ["\n", "\r", "\r\n"] {
        let stream = format!("data: a{end}data: b{end}{end}data: c{end}{end}");
        assert_eq!(data(&stream), [some("a\nb"), some("c")], "line end {end:?}");
    }
}

// The examples of section 9.2.6 of the standard.
#[test]
fn reads_the_examples_of_the_standard() {
    assert_eq!(data("data: YHOO\ndata: +2\ndata: 10\n\n"), [some("YHOO\n+2\n10")]);
    assert_eq!(
        data(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
        ),
        [None, some("first event"), some("second event"), some(" third event")]
    );
    assert_eq!(data("data\n\ndata\ndata\n\n"), [some(""), some("\n")]);
    assert_eq!(data("data:test\n\ndata: test\n\n"), [some("test"), some("test")]);
}

#[test]
fn passes_over_a_byte_order_mark_at_the_beginning_only() {
    let seen = parse(&["\u{feff}data: a\n\n\u{feff}data: b\n\n"]);
    assert_eq!(seen[0], ("\u{feff}data: a\n\n".into(), None, some("a"), true));
    assert_eq!(seen[1].2, None);
}

#[test]
fn ignores_fields_it_does_not_know() {
    assert_eq!(data("id: 7\nretry: 5\ndata : x\nDATA: y\nnothing\n\n"), [None]);
}

#[test]
fn the_last_event_name_holds_and_an_empty_one_is_none() {
    let seen = parse(&["event: a\nevent: b\ndata: 1\n\nevent: a\nevent:\ndata: 2\n\n"]);
    assert_eq!((&seen[0].1, &seen[1].1), (&some("b"), &None));
}

#[test]
fn an_event_leaves_as_soon_as_its_empty_line_is_there() {
    let mut parser = Parser::new(1024);
    let mut seen = Vec::new();
    parser.push("data: a\n\ndata: b\n");
    drain(&mut parser, &mut seen);
    assert_eq!(seen.len(), 1);
    parser.push("\n");
    drain(&mut parser, &mut seen);
    assert_eq!(seen.len(), 2);
}

#[test]
fn says_when_the_last_event_was_not_ended() {
    assert_eq!(parse(&["data: a"]), [("data: a".into(), None, some("a"), false)]);
    assert_eq!(parse(&["data: a\n"]), [("data: a\n".into(), None, some("a"), false)]);
    assert_eq!(parse(&["data: a\r\r"]), [("data: a\r\r".into(), None, some("a"), true)]);
}

#[test]
fn refuses_an_event_over_the_cap_whole_or_not() {
    let mut whole = Parser::new(16);
    whole.push("data: 0123456789\n\n");
    assert_eq!(whole.next_event().unwrap_err().max_event_bytes, 16);
    assert!(whole.next_event().is_err());

    let mut beginning = Parser::new(16);
    beginning.push("data: 0123456789");
    assert_eq!(beginning.next_event(), Ok(None));
    beginning.push("0");
    assert!(beginning.next_event().is_err());
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "data: ?[a-zä€😀]{0,4}",
        "event: ?[a-z]{0,3}",
        ": ?[a-z]{0,3}",
        "[a-z\u{feff}:]{0,3}"
    ]
}

fn stream() -> impl Strategy<Value = String> {
    let end = prop_oneof![Just("\n"), Just("\r"), Just("\r\n")];
    prop::collection::vec((line(), end), 0..24)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

/// Cut `text` at the borders nearest to `cuts`.
fn chunks<'a>(text: &'a str, cuts: &[usize]) -> Vec<&'a str> {
    let mut borders: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    borders.retain(|&at| text.is_char_boundary(at));
    borders.extend([0, text.len()]);
    borders.sort_unstable();
    borders.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same_events(
        stream in stream(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        prop_assert_eq!(parse(&chunks(&stream, &cuts)), parse(&[&stream]));
    }

    #[test]
    fn no_byte_is_lost(text in "\\PC{0,40}|[a:\r\n ]{0,40}") {
        let bytes: String = parse(&[&text]).into_iter().map(|event| event.0).collect();
        prop_assert_eq!(bytes, text);
    }
}
