//! Sends requests to vendors for `upstream`, where the manifest has this component: the one for Spin.
//!
//! A component of WASI 0.3 sends a request's head before its body, in two segments, and on Spin the second waits for the
//! vendor's delayed acknowledgement, some 40 ms. One of WASI 0.2 that writes the body first sends both in one
//! (docs/spin.md).
//!
//! Reads: the request of `upstream`, and where it goes from its headers (`postern-egress`). Writes: the request, to the
//! vendor; the answer, part by part as it arrives. Refuses with: what `upstream` makes faults of (`Failure`), and 4xx for a
//! request that is not `upstream`'s. It holds no secret, parses no body, and keeps nothing: each request has an instance.
//! Fails closed.

mod answer;
mod failures;
mod io;
mod request;

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

struct Egress;

impl Guest for Egress {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let answered = request::send(&request);
        match answered.and_then(answer::Passing::begin) {
            Ok(passing) => passing.run(out),
            Err(reason) => answer::refuse(&reason, out),
        }
    }
}

wasip2::http::proxy::export!(Egress);
