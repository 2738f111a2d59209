//! Forms as clients send them, and forms that no client should send.

use postern_form::{Error, Form, MAX_FIELDS, MAX_HEADERS_BYTES, MAX_TEXT_BYTES};
use proptest::prelude::*;

const TYPE: &str = "multipart/form-data; boundary=b0undary";
const MODEL: &str = "Content-Disposition: form-data; name=\"model\"";
const FILE: &str =
    "Content-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg";

/// A form of these fields: headers and content.
fn form(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (headers, content) in fields {
        bytes.extend_from_slice(format!("--b0undary\r\n{headers}\r\n\r\n").as_bytes());
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"--b0undary--\r\n");
    bytes
}

fn read(bytes: &[u8]) -> Result<Form, Error> {
    Form::read(TYPE, bytes.to_vec(), usize::MAX)
}

/// What leaves when `json` is to be said.
fn sent(form: &Form, json: &str) -> Result<Vec<u8>, Error> {
    let rewritten = form.rewritten(json)?;
    let bytes = rewritten.chunks(form, 7).flatten().copied().collect::<Vec<u8>>();
    assert_eq!(bytes.len(), rewritten.len());
    Ok(bytes)
}

#[test]
fn texts_are_read_and_files_are_described() {
    let bytes = form(&[
        (FILE, b"\x00\xff\r\n--b0 \n--\r\n"),
        (MODEL, b"whisper-1"),
        ("content-disposition: form-data; name=\"timestamp_granularities[]\"", b"word"),
        ("content-disposition: form-data; name=timestamp_granularities[]", b"segment"),
        (
            "content-disposition: form-data; name=prompt\r\nContent-Type: text/plain; charset=utf-8",
            "Grüße \"".as_bytes(),
        ),
        ("content-disposition: form-data; name=language\r\ncontent-length: 0", b""),
    ]);
    let form = read(&bytes).unwrap();
    let json = form.to_json();
    assert_eq!(
        json,
        r#"{"file":{"filename":"a.mp3","content_type":"audio/mpeg","bytes":14},"model":"whisper-1","timestamp_granularities[]":"word","timestamp_granularities[]":"segment","prompt":"Grüße \"","language":""}"#
    );
    assert_eq!(sent(&form, &json).unwrap(), bytes);
}

#[test]
fn a_text_is_replaced_and_every_other_byte_stays() {
    let length = "content-disposition: form-data; name=\"model\"\r\ncontent-length: 9";
    for headers in [MODEL, length] {
        let file = [7_u8, 13, 10, 45, 45, 255].repeat(1_000);
        let one = |model: &str, length: &str| {
            let headers = headers.replace("length: 9", &format!("length: {length}"));
            form(&[
                (FILE, &file),
                (&headers, model.as_bytes()),
                ("Content-Disposition: form-data; name=n", b"2"),
            ])
        };
        let form = read(&one("whisper-1", "9")).unwrap();
        let json = form.to_json().replace("whisper-1", "w\\u00fc\\\"");
        assert_eq!(sent(&form, &json).unwrap(), one("wü\"", "4"));
    }
}

#[test]
fn a_field_that_is_gone_is_left_out() {
    let n: &str = "Content-Disposition: form-data; name=n";
    let whole = form(&[(MODEL, b"m"), (n, b"1"), (FILE, b"file")]);
    let whole = read(&whole).unwrap();
    let without = |json: &str| sent(&whole, &whole.to_json().replace(json, "")).unwrap();
    assert_eq!(without(",\"n\":\"1\""), form(&[(MODEL, b"m"), (FILE, b"file")]));
    assert_eq!(without("\"model\":\"m\","), form(&[(n, b"1"), (FILE, b"file")]));
}

#[test]
fn an_edit_that_a_form_cannot_say_is_refused() {
    let form = read(&form(&[(MODEL, b"m"), (FILE, b"file")])).unwrap();
    let json = form.to_json();
    for (edited, field) in [
        (json.replace("\"m\"", "3"), "model"),
        (json.replace("\"m\"", "\"x\\r\\n--b0undary--\""), "model"),
        (json.replace("a.mp3", "b.mp3"), "file"),
        (json.replace('}', ",\"n\":1}"), "file"),
        (json.replace("\"m\",", "\"m\",\"n\":\"1\","), "n"),
        ("[]".to_owned(), ""),
    ] {
        assert_eq!(form.rewritten(&edited), Err(Error::Unsayable(field.to_owned())), "{edited}");
    }
}

#[test]
fn a_content_type_needs_one_boundary() {
    let bytes = form(&[(MODEL, b"m")]);
    for good in [
        TYPE,
        "Multipart/Form-Data;boundary=\"b0undary\"",
        "multipart/form-data; charset=utf-8; Boundary=b0undary ",
    ] {
        assert!(Form::read(good, bytes.clone(), 100).is_ok(), "{good}");
    }
    let long = format!("multipart/form-data; boundary={}", "b".repeat(71));
    for (bad, error) in [
        ("", Error::ContentType),
        ("application/json", Error::ContentType),
        ("multipart/mixed; boundary=b0undary", Error::ContentType),
        ("multipart/form-data", Error::NoBoundary),
        ("multipart/form-data; charset=utf-8", Error::NoBoundary),
        ("multipart/form-data; xboundary=b0undary", Error::NoBoundary),
        ("multipart/form-data; boundary=", Error::BadBoundary),
        ("multipart/form-data; boundary=\"\"", Error::BadBoundary),
        ("multipart/form-data; boundary=\"b 0\"", Error::BadBoundary),
        ("multipart/form-data; boundary=b0undary; boundary=other", Error::BadBoundary),
        ("multipart/form-data; boundary=\"b0undary", Error::BadBoundary),
        ("multipart/form-data; boundary=bä", Error::BadBoundary),
        (&long, Error::BadBoundary),
    ] {
        assert_eq!(Form::read(bad, bytes.clone(), 100), Err(error), "{bad}");
    }
}

/// Whole bodies that are wrong, each with its error.
#[test]
fn what_is_not_whole_or_can_be_read_in_two_ways_is_refused() {
    let at = |text: &str| read(text.as_bytes());
    let good = "--b0undary\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    for (body, error) in [
        (String::new(), Error::Start),
        ("{\"model\":\"m\"}".to_owned(), Error::Start),
        (format!("preamble\r\n{good}--b0undary--"), Error::Start),
        (format!("\r\n\r\n{good}--b0undary--"), Error::Start),
        ("--b0undary".to_owned(), Error::Unfinished),
        ("--b0undary\r".to_owned(), Error::Unfinished),
        ("--b0undary\r\n".to_owned(), Error::Unfinished),
        (good.to_owned(), Error::Unfinished),
        (format!("{good}--b0undary"), Error::Unfinished),
        (format!("{good}--b0undary-"), Error::Unfinished),
        (format!("{good}--b0undary\r\n"), Error::Unfinished),
        (format!("{good}--b0undaryX\r\n"), Error::Delimiter),
        (format!("{good}--b0undary \r\n"), Error::Delimiter),
        (format!("{good}--b0undary--\r\n{good}"), Error::End),
        (format!("{good}--b0undary--x"), Error::End),
        (format!("{good}--b0undary--\n"), Error::End),
        (good.replace("1\r\n", "1\n--b0undary\r\n") + "--b0undary--", Error::Delimiter),
        (good.replace("1\r\n", "1\r--b0undary\r\n") + "--b0undary--", Error::Delimiter),
        (good.replace("1\r\n", "") + "--b0undary--", Error::Delimiter),
        (good.replace("\r\n", "\n") + "--b0undary--", Error::Delimiter),
    ] {
        assert_eq!(at(&body), Err(error), "{body:?}");
    }
}

/// Headers and content of the one field of a form, each with its error.
#[test]
fn a_field_that_is_wrong_is_refused() {
    let model = |more: &str| format!("{MODEL}\r\n{more}");
    let name = |name: &str| format!("Content-Disposition: form-data; name={name}");
    let field = |name: &str| name.to_owned();
    for (headers, content, error) in [
        (String::new(), &b"m"[..], Error::NoDisposition),
        ("X: y".to_owned(), b"m", Error::NoDisposition),
        ("Content-Type: text/plain".to_owned(), b"m", Error::NoDisposition),
        ("Content-Disposition: form-data".to_owned(), b"m", Error::NoDisposition),
        ("Content-Disposition: form-data; filename=\"a\"".to_owned(), b"m", Error::NoDisposition),
        ("Content-Disposition: attachment; name=\"model\"".to_owned(), b"m", Error::Disposition),
        (model(MODEL), b"m", Error::HeaderTwice("content-disposition")),
        (model("content-type: a/b\r\ncontent-type: a/b"), b"m", Error::HeaderTwice("content-type")),
        (
            model("content-length: 1\r\nContent-Length: 1"),
            b"m",
            Error::HeaderTwice("content-length"),
        ),
        (model("content-length: 2"), b"m", Error::Length(field("model"))),
        (model("content-length: one"), b"m", Error::Length(field("model"))),
        (model("no colon"), b"m", Error::Headers),
        (model("bare: a\nb: c"), b"m", Error::Headers),
        (model("bare: a\rb: c"), b"m", Error::Headers),
        (model("folded: a\r\n b"), b"m", Error::Headers),
        (model(&"a: b\r\n".repeat(20)).trim_end().to_owned(), b"m", Error::Headers),
        (model(&format!("a: {}", "b".repeat(MAX_HEADERS_BYTES))), b"m", Error::HeadersTooLong),
        (name("\"\""), b"m", Error::Name),
        (name("\"mo%64el\""), b"m", Error::Name),
        (name("\" model\""), b"m", Error::Name),
        (name("\"modèl\""), b"m", Error::Name),
        (name(&format!("\"{}\"", "a".repeat(129))), b"m", Error::Name),
        (name("\"a\"; name=\"model\""), b"m", Error::Disposition),
        (name("\"a\\\"; filename=\"b\""), b"m", Error::Disposition),
        (name("\"file\"; filename=\"a\"; filename=\"b\""), b"m", Error::Disposition),
        (name("\"file\"; filename*=utf-8''a.mp3"), b"m", Error::Disposition),
        (name("\"file\"; filename=\"a\"; filename*=utf-8''b"), b"m", Error::Disposition),
        (name("\"file\"; filename=\"a\\\"; x=\"b\""), b"m", Error::Disposition),
        (name("\"file\"; filename=\"a"), b"m", Error::Disposition),
        (name("\"file\"; filename=\"\""), b"m", Error::EmptyFilename(field("file"))),
        (name("\"_charset_\""), b"utf-16", Error::Charset(field("_charset_"))),
        (model("content-type: text/plain; charset=utf-16"), b"m", Error::Charset(field("model"))),
        (model("content-type: multipart/mixed; boundary=x"), b"m", Error::Charset(field("model"))),
        (
            model("content-transfer-encoding: base64"),
            b"bQ==",
            Error::TransferEncoding(field("model")),
        ),
        (MODEL.to_owned(), b"m\xff", Error::NotUtf8(field("model"))),
    ] {
        assert_eq!(read(&form(&[(&headers, content)])), Err(error), "{headers}");
    }
}

#[test]
fn sizes_are_bounded() {
    let long = "a".repeat(MAX_TEXT_BYTES);
    assert!(read(&form(&[(MODEL, long.as_bytes())])).is_ok());
    let longer = form(&[(MODEL, (long.clone() + "a").as_bytes())]);
    assert_eq!(read(&longer), Err(Error::TextTooLong("model".to_owned())));
    // A file may be as long as the body.
    assert!(read(&form(&[(FILE, (long.clone() + "a").as_bytes())])).is_ok());
    let both = form(&[(MODEL, b"abc"), (MODEL, b"def")]);
    assert!(Form::read(TYPE, both.clone(), 6).is_ok());
    assert_eq!(Form::read(TYPE, both, 5), Err(Error::TextsTooLong(5)));
    let many = |count: usize| form(&vec![(MODEL, &b"m"[..]); count]);
    assert!(read(&many(MAX_FIELDS)).is_ok());
    assert_eq!(read(&many(MAX_FIELDS + 1)), Err(Error::TooManyFields));
}

#[test]
fn the_model_may_stand_behind_a_large_file() {
    let file = vec![0x2d_u8; 20 * 1024 * 1024];
    let form = read(&form(&[(FILE, &file), (MODEL, b"whisper-1")])).unwrap();
    assert!(form.to_json().ends_with(r#""bytes":20971520},"model":"whisper-1"}"#));
}

proptest! {
    #[test]
    fn a_file_of_any_bytes_is_left_alone(file in proptest::collection::vec(any::<u8>(), 0..400), text in "[^\u{0}]{0,40}") {
        let bytes = form(&[(FILE, &file), (MODEL, text.as_bytes())]);
        let form = read(&bytes).unwrap();
        prop_assert_eq!(&sent(&form, &form.to_json()).unwrap(), &bytes);
    }

    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(0_usize..12, 0..40)) {
        const PIECES: [&[u8]; 12] = [
            b"--b0undary", b"\r\n", b"\n", b"\r", b"--", b"Content-Disposition: form-data; name=\"a\"",
            b"; filename=\"b\"", b"content-length: 1", b"\xff", b"a", b"\r\n\r\n", b":",
        ];
        let bytes: Vec<u8> = pieces.iter().flat_map(|index| PIECES[*index]).copied().collect();
        if let Ok(form) = read(&bytes) {
            prop_assert_eq!(sent(&form, &form.to_json()).unwrap(), bytes);
        }
    }
}
