//! The vendor's bill and our count are equal to the token, over random requests of every kind.
//!
//! The vendor's bill of a request is the usage it reports; if it reports none, what it has read and written until then,
//! in its own tokens: four characters of an answer, and a prompt by the model's tokenizer.

use super::WIDE;
use postern_tests::limited::{Counting, Limited, Setup};
use postern_tests::marker;
use postern_tokenizer::{Encoding, count};
use serde_json::{Value, json};

/// The number of requests in every run, and in the long one.
const REQUESTS: usize = 300;
const MANY_REQUESTS: usize = 10_000;

/// The number of concurrent requests.
const AT_ONCE: usize = 16;

/// The number of requests between two comparisons of the sums.
const COMPARED_EVERY: usize = 1_000;

const ENDPOINTS: [&str; 5] =
    ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"];

/// Pseudo-random numbers, the same in every run (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn words(&mut self) -> String {
        const WORDS: [&str; 8] =
            ["ships ", "passed ", "the ", "harbour, ", "Genova è ", "12 ", "\"so\" ", "長い "];
        (0..=self.below(20)).map(|_| self.one(&WORDS)).collect()
    }
}

/// The kinds of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Whole,
    Streamed,
    /// The client leaves after this many pieces of the answer.
    Left(usize),
}

/// A request, and its vendor's bill: input and output.
#[derive(Debug)]
struct Drawn {
    path: &'static str,
    body: Value,
    marker: String,
    manner: Manner,
    bill: (u64, u64),
}

fn draw(numbers: &mut Numbers) -> Drawn {
    let path = numbers.one(&ENDPOINTS);
    let is_embedding = path == "/v1/embeddings";
    let manner = match numbers.below(10) {
        _ if is_embedding => Manner::Whole,
        0..=4 => Manner::Whole,
        5..=8 => Manner::Streamed,
        _ => Manner::Left(usize::try_from(1 + numbers.below(4)).unwrap()),
    };
    let (input, most_output) = (numbers.below(5_000) + 1, if is_embedding { 1 } else { 2_000 });
    let output = numbers.below(most_output);
    // The marker carries the vendor's instructions: it is the one field that all dialects have.
    let marker = format!("bill-{input}-{output}-{}", marker());
    let words = numbers.words();
    let model = match (path, manner) {
        ("/v1/embeddings", _) => "embedding-billed",
        ("/v1/completions", Manner::Left(_)) => "native-bill-stepped",
        ("/v1/completions", _) => "native-billed",
        (_, Manner::Left(_)) => "bill-stepped",
        _ => "billed",
    };
    let mut body = json!({ "model": model });
    let cap = 100 + numbers.below(800);
    match path {
        "/v1/completions" => (body["prompt"], body["max_tokens"]) = (json!(words), cap.into()),
        "/v1/responses" => {
            (body["input"], body["max_output_tokens"]) = (json!(words), cap.into());
        }
        "/v1/embeddings" => body["input"] = json!(words),
        _ => {
            body["messages"] = json!([{ "role": "user", "content": words }]);
            body["max_tokens"] = cap.into();
        }
    }
    match path {
        "/v1/messages" => body["metadata"] = json!({ "user_id": marker }),
        _ => body["user"] = json!(marker),
    }
    if manner != Manner::Whole {
        body["stream"] = true.into();
    }
    let bill = match manner {
        // A message's frame, and the beginning of an answer.
        Manner::Left(pieces) => (count(Encoding::O200kBase, &words) + 4 + 3, pieces as u64),
        Manner::Whole | Manner::Streamed => (input, output),
    };
    Drawn { path, body, marker, manner, bill }
}

/// Sends it, and returns how it was answered.
async fn ask(limited: &Limited, drawn: &Drawn) {
    let call = limited.call("alice", "POST", drawn.path).body(drawn.body.to_string());
    let Manner::Left(pieces) = drawn.manner else {
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{drawn:?}: {}", answer.text());
        return;
    };
    limited.upstream.release(&drawn.marker, pieces);
    let mut stream = call.open().await;
    // Each piece is the four letters `tick`; the dialects' framing is not counted.
    while stream.text().matches("tick").count() < pieces {
        assert!(stream.next().await.expect("a part").is_some(), "{drawn:?}: {}", stream.text());
    }
}

async fn bills_are_equal(requests: usize, seed: u64) {
    let limited = Setup::new(WIDE).consumer("alice", "plan = \"wide\"").start(Counting::KeyValue);
    let mut numbers = Numbers(seed);
    let (mut input, mut output, mut asked, mut compared) = (0, 0, 0, 0);
    while asked < requests {
        let drawn: Vec<Drawn> =
            (0..AT_ONCE.min(requests - asked)).map(|_| draw(&mut numbers)).collect();
        asked += drawn.len();
        let all = drawn.iter().map(|drawn| ask(&limited, drawn));
        // One runtime polls them concurrently.
        let mut all: Vec<_> = all.map(Box::pin).collect();
        std::future::poll_fn(|context| {
            all.retain_mut(|one| one.as_mut().poll(context).is_pending());
            if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        input += drawn.iter().map(|drawn| drawn.bill.0).sum::<u64>();
        output += drawn.iter().map(|drawn| drawn.bill.1).sum::<u64>();
        if asked - compared < COMPARED_EVERY && asked < requests {
            continue;
        }
        compared = asked;
        // The gateway notices a leaving client after some seconds.
        let usage = limited.settled("alice").await;
        let used = |unit: &str| usage.used("consumer", unit);
        let counted = (used("input_tokens"), used("output_tokens"));
        assert_eq!(counted, (input, output), "seed {seed}, after {asked}: {drawn:#?}");
    }
    assert_eq!(limited.upstream.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_vendors_bill_and_our_count_are_the_same_over_hundreds_of_requests() {
    bills_are_equal(REQUESTS, 17).await;
}

#[tokio::test]
#[ignore = "takes minutes: 10,000 requests"]
async fn the_vendors_bill_and_our_count_are_the_same_over_ten_thousand_requests() {
    bills_are_equal(MANY_REQUESTS, 23).await;
}
