//! What holds of every text.

use postern_dialect::embed::{Answer, decode, read, read_rerank, write};
use postern_dialect::{Vendor, Wire};
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        let _ = decode(&text);
        let _ = read_rerank(&text);
        for wire in Wire::ALL {
            let _ = read(&Vendor::new(wire, "m"), &text);
        }
    }

    #[test]
    fn vectors_come_out_as_they_went_in(vector in prop::collection::vec(-1e3_f64..1e3, 1..20)) {
        let answer = Answer { vectors: vec![vector.clone()], ..Answer::default() };
        let written: serde_json::Value = serde_json::from_str(&write(&answer, false, "m")).unwrap();
        let numbers = written["data"][0]["embedding"].as_array().unwrap();
        let numbers: Vec<f64> = numbers.iter().map(|number| number.as_f64().unwrap()).collect();
        prop_assert_eq!(numbers.len(), vector.len());
        for (number, wanted) in numbers.iter().zip(&vector) {
            // serde_json reads the last bit fast rather than exactly.
            prop_assert!((number - wanted).abs() <= wanted.abs() * 1e-15);
        }
    }
}
