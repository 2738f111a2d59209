//! An answer on its way to a client: its connection is busy until it is sent, and the clock knows when it waits for the
//! client.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use wasmtime_wasi_http::{Error, WasiBody};

use super::admission::Slot;
use super::requests::Place;

/// An open request of a connection, until it is dropped.
pub struct OpenRequest {
    slot: Arc<Slot>,
    /// Its place under the cap of the process, if it has one.
    place: Option<Place>,
}

impl OpenRequest {
    pub fn new(slot: Arc<Slot>) -> Self {
        slot.request_begins();
        Self { slot, place: None }
    }

    /// Counts it under the cap of the process until it ends.
    pub fn hold(&mut self, place: Place) {
        self.place = Some(place);
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.place = None;
        self.slot.request_ends();
    }
}

/// The body of an answer.
pub struct AnswerBody {
    body: WasiBody,
    request: OpenRequest,
    /// A part was passed on, and the next one was not requested.
    waits: bool,
}

impl AnswerBody {
    pub fn new(body: WasiBody, request: OpenRequest) -> Self {
        Self { body, request, waits: false }
    }

    fn set_waits(&mut self, waits: bool) {
        if self.waits == waits {
            return;
        }
        self.waits = waits;
        let clock = self.request.slot.clock();
        if waits { clock.answer_waits() } else { clock.answer_moves() }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        this.set_waits(false);
        let frame = Pin::new(&mut this.body).poll_frame(context);
        this.set_waits(matches!(frame, Poll::Ready(Some(Ok(_)))));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.set_waits(false);
    }
}
