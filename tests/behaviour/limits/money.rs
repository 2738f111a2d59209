//! The usage is what the vendor reported: to the token and to the nano-dollar.

use super::{BOTH, WIDE, metered, nano_usd};
use postern_tests::limited::{Setup, within_one_window};
use postern_tests::marker;

/// The number of concurrent answers of different usage.
const ANSWERS: u64 = 120;

#[tokio::test]
async fn the_sum_of_what_was_settled_is_the_sum_of_what_the_vendor_reported() {
    let setup = Setup::new(WIDE).consumer("alice", "plan = \"wide\"");
    for counting in BOTH {
        within_one_window(86_400, 60).await;
        let limited = setup.start(counting);
        let (mut sums, mut calls) = ((0, 0, 0), Vec::new());
        for number in 0..ANSWERS {
            // Of every size, some more than was reserved; a third of each from the vendor's cache.
            let (input, output) = (1 + number * 7_919 % 20_011, number * 104_729 % 3_001);
            let cached = input / 3;
            let mut body = metered("metered", &marker(), input, output);
            body["metadata"]["cached_tokens"] = cached.to_string().into();
            body["stream"] = (number % 2 == 0).into();
            if number % 3 == 0 {
                body["max_tokens"] = 500.into();
            }
            sums.0 += input;
            sums.1 += output;
            sums.2 += nano_usd(input, cached, output);
            calls.push(tokio::spawn(limited.chat("alice", &body).send()));
        }
        for call in calls {
            let answer = call.await.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let usage = limited.usage("alice").await;
        let numbers = |unit: &str| {
            let (used, reserved, _) = usage.numbers("consumer", unit);
            (used, reserved)
        };
        assert_eq!(numbers("requests"), (ANSWERS, 0), "{counting:?}");
        assert_eq!(numbers("tokens"), (sums.0 + sums.1, 0), "{counting:?}");
        assert_eq!(numbers("input_tokens"), (sums.0, 0), "{counting:?}");
        assert_eq!(numbers("output_tokens"), (sums.1, 0), "{counting:?}");
        assert_eq!(numbers("usd"), (sums.2, 0), "{counting:?}");
        assert_eq!(numbers("concurrent_requests"), (0, 0), "{counting:?}");
    }
}
