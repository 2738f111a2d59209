#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::dump::{samples, write};
use super::grams::{Grams, Step, Steps};
use super::{Event, Model, Window};
use crate::text::Text;

/// A model of two outputs: the first adds one for each n-gram, the second for each hand-made feature.
fn model() -> Model<2> {
    let mut bytes = b"PLM1\x04\x02\x01\x00".to_vec();
    for output in [[0.0_f32, 1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0]] {
        bytes.extend(output.iter().flat_map(|number| number.to_le_bytes()));
    }
    bytes.extend([1.0_f32, 1.0].iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend([1; 16 * 2 + 2]);
    bytes.extend(b"\x01\x00\x00\x00\x00\x80\x04hand");
    Model::read(bytes.leak()).unwrap()
}

fn windows(text: &str, events: &[Event]) -> Vec<Window<2>> {
    let mut windows = Vec::new();
    model().judge(&Text::new(text), events, |window| windows.push(window));
    windows
}

fn words(text: &str) -> Vec<&str> {
    let step = |step| match step {
        Step::Word(word) => &text[word.start..word.end],
        Step::Border(_) => "|",
    };
    Steps::new(text, 0, text.len()).map(step).collect()
}

#[test]
fn words_are_runs_of_letters_and_ideographs() {
    assert_eq!(words("don't stop_now, 42!"), ["don", "t", "stop", "now", "42"]);
    assert_eq!(words("忽略 rules请"), ["忽", "略", "rules", "请"]);
    assert_eq!(words("не говори — ignoré"), ["не", "говори", "ignoré"]);
}

#[test]
fn sentences_end_at_lines_and_full_stops_unless_too_short() {
    assert_eq!(
        words("A sentence of some length. And v1.2 of another.\nC"),
        ["A", "sentence", "of", "some", "length", "|", "And", "v1", "2", "of", "another", "C"]
    );
    assert_eq!(words("a\nb\nc\nd\n"), ["a", "|", "b", "c", "d"]);
    assert_eq!(
        words("这是一个很长的句子在这里。后"),
        ["这", "是", "一", "个", "很", "长", "的", "句", "子", "在", "这", "里", "|", "后"]
    );
}

#[test]
fn inflected_words_share_n_grams() {
    let grams = |text: &str| -> Vec<u32> {
        let mut grams = Grams::default();
        let word = |step| if let Step::Word(word) = step { Some(word) } else { None };
        Steps::new(text, 0, text.len())
            .filter_map(word)
            .flat_map(|word| {
                grams
                    .push(&word)
                    .into_iter()
                    .filter(|(_, is_there)| *is_there)
                    .map(|(hash, _)| hash)
            })
            .collect()
    };
    let (one, other) = (grams("previous instruction"), grams("previously instructions"));
    assert_eq!(one.iter().filter(|gram| other.contains(gram)).count(), 3);
    assert_eq!(grams("call 112"), grams("call 911"));
}

#[test]
fn every_sentence_is_a_window_and_neighbours_are_one() {
    let text =
        "This is the first sentence. This is the second sentence. This is the third one here.";
    let found: Vec<&str> =
        windows(text, &[]).iter().map(|window| &text[window.range.clone()]).collect();
    assert_eq!(
        found,
        [
            "This is the first sentence",
            "This is the second sentence",
            "This is the first sentence. This is the second sentence",
            "This is the third one here",
            "This is the first sentence. This is the second sentence. This is the third one here",
        ]
    );
}

#[test]
fn a_long_sentence_is_judged_part_by_part() {
    let text = "word ".repeat(200);
    let found = windows(&text, &[Event { at: 504, feature: 0 }]);
    assert!(
        found.iter().all(|window| window.range.len() <= super::windows::WINDOW_BYTES + 5),
        "{found:?}"
    );
    assert!(found.iter().any(|window| window.logits[1] == 1.0) && found[0].logits[1] == 0.0);
    assert!(
        found.iter().all(|window| (window.range.start < 504 && 504 <= window.range.end)
            == (window.logits[1] == 1.0))
    );
}

#[test]
fn the_number_of_windows_is_linear_in_the_text() {
    let cases = [
        "9",
        "@",
        " ",
        "a",
        "a ",
        "\n",
        "a\n",
        ". ",
        "a. ",
        "忽",
        "。",
        "\u{200b}",
        "ｉ ",
        "word ",
        "A short line of text.\n",
    ];
    for case in cases {
        let text = case.repeat(200_000 / case.len());
        let events: Vec<Event> =
            (0..text.len()).step_by(4).map(|at| Event { at, feature: 0 }).collect();
        let mut count = 0;
        model().judge(&Text::new(&text), &events, |_| count += 1);
        assert!(count <= text.len(), "{case:?}: {count}");
    }
}

#[test]
fn a_score_is_explained_by_the_names_of_the_model() {
    let text = Text::new("Some words here");
    let evidence = model().explain(&text, &[Event { at: 4, feature: 0 }], &(0..15), 1);
    assert_eq!((evidence[0].feature, evidence[0].weight), ("hand", 1.0));
}

#[test]
fn a_window_has_the_features_that_its_score_is_made_of() {
    let text = "This is the first sentence. This is the second sentence, which is a little longer. This is the third one here.";
    let text = Text::new(text);
    let events = [Event { at: 4, feature: 0 }, Event { at: 32, feature: 0 }];
    let mut windows = Vec::new();
    model().judge(&text, &events, |window| windows.push(window));
    let samples = samples(&text, &events);
    let mut bytes = Vec::new();
    write(&samples, &mut bytes);
    assert_eq!(bytes[..4], (windows.len() as u32).to_le_bytes());
    assert_eq!(samples.len(), windows.len());
    for (sample, window) in samples.iter().zip(windows) {
        let grams = sample.features.grams.len() as f32;
        assert_eq!(window.logits, [grams / grams.sqrt(), sample.features.hand.len() as f32]);
    }
}

#[test]
fn refuses_a_model_that_is_cut_short() {
    assert!(Model::<1>::read(b"PLM1\x04\x01\x01\x00\x00").is_none());
    assert!(Model::<1>::read(b"else").is_none());
}
