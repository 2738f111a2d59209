//! The gateway: the one component that speaks HTTP to clients.
//!
//! Reads: the request, `gateway.toml`. Writes: the response, one log line per request. Refuses with: the refusals of
//! all stages, in the client's dialect, and errors of HTTP itself (404, 405, 413, 431). Fails closed: without readable
//! policies it serves nothing.
//!
//! It binds the host's HTTP and the stages' imports to `postern_pipeline`, which has the order of the stages.

mod http;
mod policy;
mod random;
mod stages;

use crate::http::{ClientStream, HttpBody};
use crate::stages::Imports;
use spin_sdk::wasip3::exports::http::handler::Guest;
use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};
use spin_sdk::wasip3::{spawn, wit_future, wit_stream};

struct Gateway;

impl Guest for Gateway {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let head = http::head(&request);
        let body = HttpBody::Unread(Some(request));
        let mut reply = postern_pipeline::serve(Imports, head, body).await;
        let fields = http::fields(std::mem::take(&mut reply.fields));
        let (client, contents) = wit_stream::new();
        let (no_trailers, trailers) = wit_future::new(|| Ok(None));
        let (response, _sent) = Response::new(fields, Some(contents), trailers);
        // Only a status outside 100..=999 is refused; ours and vendors' are within.
        let _ = response.set_status_code(reply.status);
        let client = ClientStream { contents: Some(client), trailers: Some(no_trailers) };
        spawn(reply.send(client));
        Ok(response)
    }
}

spin_sdk::wasip3::http::service::export!(Gateway with_types_in spin_sdk::wasip3);
