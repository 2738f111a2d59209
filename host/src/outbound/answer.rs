//! Buffered answers on their way to a component: counted, because the component keeps them until it has read their end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Empty};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::memory::{ANSWER_FACTOR, Answers, Budget, Permit};

/// Content types that pass through in parts, and are not buffered.
const STREAMS: [&str; 4] = [
    "text/event-stream",
    "application/vnd.amazon.eventstream",
    "application/x-ndjson",
    "application/jsonl",
];

/// The initial permit for an answer of unknown length: the size of most answers.
const FIRST_BYTES: u64 = 256 * 1024;

/// Counts an answer. If there is no memory for it, the vendor's connection is dropped, and the component gets the
/// answer of an overloaded server.
pub fn count(
    response: Response<WasiBody>,
    memory: &Arc<Budget>,
    answers: &Arc<Answers>,
) -> Response<WasiBody> {
    if is_stream(&response) || response.body().is_end_stream() {
        return response;
    }
    let known = response.body().size_hint().exact();
    let bytes = usize::try_from(known.unwrap_or(FIRST_BYTES)).unwrap_or(usize::MAX);
    let Some(permit) = memory.reserve(bytes.saturating_mul(ANSWER_FACTOR)) else {
        return overloaded();
    };
    let permit = Arc::new(permit);
    answers.keep(Arc::clone(&permit));
    response.map(|body| Counted { body, permit, paid: bytes }.boxed_unsync())
}

fn is_stream(response: &Response<WasiBody>) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    STREAMS.iter().any(|stream| kind.eq_ignore_ascii_case(stream))
}

/// The answer of an overloaded server.
pub fn overloaded() -> Response<WasiBody> {
    let empty = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(empty);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

struct Counted {
    body: WasiBody,
    permit: Arc<Permit>,
    /// The bytes that are already counted and have not arrived.
    paid: usize,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(part))) = &frame {
            let bytes = part.data_ref().map_or(0, Bytes::len);
            let more = bytes.saturating_sub(this.paid);
            this.paid = this.paid.saturating_sub(bytes);
            if !this.permit.grow(more.saturating_mul(ANSWER_FACTOR)) {
                return Poll::Ready(Some(Err(Error::HttpResponseBodySize(None))));
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;

    fn response(kind: &str, bytes: usize) -> Response<WasiBody> {
        let body = Full::new(Bytes::from(vec![0; bytes])).map_err(|never| match never {});
        Response::builder().header(CONTENT_TYPE, kind).body(body.boxed_unsync()).unwrap()
    }

    #[tokio::test]
    async fn a_whole_answer_is_counted_until_its_request_ends_and_a_stream_is_not() {
        let (memory, answers) = (Budget::new(4000), Arc::new(Answers::default()));
        let status = |kind: &str| count(response(kind, 600), &memory, &answers).status().as_u16();
        let first = count(response("application/json", 600), &memory, &answers);
        assert_eq!(first.into_body().collect().await.unwrap().to_bytes().len(), 600);
        assert_eq!(status("application/json"), 503, "the first one is read, and still kept");
        assert_eq!(status("text/event-stream; charset=utf-8"), 200);
        answers.let_go();
        assert_eq!(status("application/json"), 200);
    }
}
