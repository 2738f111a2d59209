//! Amazon's framing, made by its own crate and undone here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use postern_event_stream::aws::{Error, Unframer};
use proptest::prelude::*;

const MAX_BYTES: usize = 1_000_000;

fn message(kind: &str, name: &str, payload: &str) -> Vec<u8> {
    let header = |name: &str, value: &str| {
        Header::new(name.to_owned(), HeaderValue::String(value.to_owned().into()))
    };
    let message = Message::new(payload.as_bytes().to_vec())
        .add_header(header(":message-type", "event"))
        .add_header(header(kind, name));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

fn stream() -> Vec<u8> {
    let mut bytes = message(":event-type", "contentBlockDelta", r#"{"delta":{"text":"naïve ☕"}}"#);
    bytes.extend(message(":exception-type", "throttlingException", "{\n\"message\": \"slow\"}"));
    bytes.extend(message(":event-type", "metadata", "{}"));
    bytes
}

const TEXT: &str = concat!(
    "event: contentBlockDelta\ndata: {\"delta\":{\"text\":\"naïve ☕\"}}\n\n",
    "event: throttlingException\ndata: {\ndata: \"message\": \"slow\"}\n\n",
    "event: metadata\ndata: {}\n\n",
);

#[test]
fn each_message_becomes_an_event_of_its_name() {
    let mut unframer = Unframer::new(MAX_BYTES);
    assert_eq!(unframer.push(&stream()).unwrap(), TEXT);
    assert_eq!(unframer.finish(), Ok(()));
}

#[test]
fn refuses_a_bit_that_was_flipped_anywhere() {
    let good = stream();
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 0x10;
        let mut unframer = Unframer::new(MAX_BYTES);
        let read = unframer.push(&bytes);
        let ended = unframer.finish();
        // What came whole before it may have come out; all of it never does.
        assert!(read.is_err() || ended.is_err(), "bit flipped at {place}");
    }
}

#[test]
fn what_came_before_a_bad_message_leaves_first() {
    let mut bytes = message(":event-type", "metadata", "{}");
    bytes.extend([0xff; 40]);
    let mut unframer = Unframer::new(MAX_BYTES);
    assert_eq!(unframer.push(&bytes).unwrap(), "event: metadata\ndata: {}\n\n");
    assert!(unframer.push(b"").is_err() && unframer.finish().is_err());
}

#[test]
fn refuses_a_message_longer_than_the_cap_before_it_is_held() {
    let mut unframer = Unframer::new(1_000);
    let error = unframer.push(&[0xff, 0xff, 0xff, 0xff]).unwrap_err();
    assert!(matches!(error, Error::TooLong { max_message_bytes: 1_000, .. }), "{error}");
}

#[test]
fn refuses_an_end_within_a_message() {
    let bytes = stream();
    for end in 1..message(":event-type", "metadata", "{}").len() {
        let mut unframer = Unframer::new(MAX_BYTES);
        unframer.push(&bytes[..bytes.len() - end]).unwrap();
        assert!(matches!(unframer.finish(), Err(Error::Truncated(_))), "{end} bytes missing");
    }
}

proptest! {
    #[test]
    fn where_the_stream_is_cut_changes_nothing(cuts in prop::collection::vec(0_usize..600, 0..20)) {
        let bytes = stream();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut unframer = Unframer::new(MAX_BYTES);
        let pieces: Result<String, _> =
            cuts.windows(2).map(|pair| unframer.push(&bytes[pair[0]..pair[1]])).collect();
        prop_assert_eq!(pieces.unwrap(), TEXT);
        prop_assert_eq!(unframer.finish(), Ok(()));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Unframer::new(MAX_BYTES).push(&bytes);
    }
}
