//! Embeddings as a client sees them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod common;

use base64::Engine;
use common::post;
use proptest::prelude::*;
use serde_json::{Value, json};

fn embed(more: Value) -> Value {
    let mut body = json!({ "model": "sandbox" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post("/embeddings", &body).whole()
}

fn vector(answer: &Value, index: usize) -> Vec<f32> {
    serde_json::from_value(answer["data"][index]["embedding"].clone()).unwrap()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn answers_with_every_field_of_the_vendor() {
    let answer = embed(json!({ "input": ["one text", "another"] }));
    assert_eq!(answer["object"], "list");
    assert_eq!(answer["model"], "sandbox");
    assert_eq!(answer["usage"], json!({ "prompt_tokens": 3, "total_tokens": 3 }));
    assert_eq!(answer["data"].as_array().unwrap().len(), 2);
    assert_eq!(answer["data"][1]["index"], 1);
    assert_eq!(answer["data"][1]["object"], "embedding");
    assert_eq!(vector(&answer, 1).len(), 1536);
}

#[test]
fn base64_says_the_same_as_floats() {
    let floats = vector(&embed(json!({ "input": "a text" })), 0);
    let answer = embed(json!({ "input": "a text", "encoding_format": "base64" }));
    let encoded = answer["data"][0]["embedding"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    let decoded: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    assert_eq!(decoded, floats);
}

#[test]
fn takes_tokens_too() {
    assert_eq!(embed(json!({ "input": [1, 2, 3] }))["usage"]["prompt_tokens"], 3);
    let many = embed(json!({ "input": [[1, 2], [3]] }));
    assert_eq!(many["data"].as_array().unwrap().len(), 2);
    assert_eq!(vector(&many, 1), vector(&embed(json!({ "input": [3] })), 0));
}

#[test]
fn texts_that_share_words_are_nearer() {
    let answer = embed(json!({ "input": ["the cat sat", "the cat ran", "stocks fell today"] }));
    let [cat, other_cat, stocks] = [0, 1, 2].map(|index| vector(&answer, index));
    assert!(dot(&cat, &other_cat) > 0.5);
    assert!(dot(&cat, &stocks) < 0.2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_vector_has_length_one_and_its_dimensions(text in ".{1,40}", dimensions in 1..400_usize) {
        prop_assume!(!text.is_empty());
        let vector = vector(&embed(json!({ "input": text, "dimensions": dimensions })), 0);
        prop_assert_eq!(vector.len(), dimensions);
        prop_assert!((dot(&vector, &vector) - 1.0).abs() < 1e-4);
    }
}
