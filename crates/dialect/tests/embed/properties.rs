//! What holds of every text.

use postern_dialect::embed::{Answer, Vector, decode, read, read_rerank, write};
use postern_dialect::{Dialect, Vendor};
use proptest::prelude::*;
use serde_json::Value;

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        let _ = decode(&text);
        let _ = read_rerank(&text);
        for wire in Dialect::ALL {
            let _ = read(&Vendor::new(wire, "m"), &text);
        }
    }

    #[test]
    fn vectors_come_out_as_base64_of_the_numbers_that_went_in(
        numbers in prop::collection::vec(-1e3_f32..1e3, 1..20),
    ) {
        let vector = Vector::from_json(&format!("{numbers:?}")).unwrap();
        let answer = Answer { vectors: vec![vector], ..Answer::default() };
        let plain: Value = serde_json::from_str(&write(&answer, false, "m")).unwrap();
        prop_assert_eq!(plain["data"][0]["embedding"].as_array().unwrap().len(), numbers.len());
        let coded: Value = serde_json::from_str(&write(&answer, true, "m")).unwrap();
        let coded = coded["data"][0]["embedding"].as_str().unwrap();
        prop_assert_eq!(coded.len(), (numbers.len() * 4).div_ceil(3) * 4);
    }
}
