//! The vendor's request: its body is written before it is sent, so that head and body leave together.

use crate::failures::Reason;
use crate::io::{self, Gone, Part};
use postern_egress::{Call, Failure, Timeouts, goes_to_the_vendor};
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    Fields, IncomingRequest, IncomingResponse, Method, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme,
};
use wasip2::io::streams::{InputStream, OutputStream};

/// The most of a body that is read before the request is sent: what hosts buffer (`wasmtime-wasi-http`'s
/// `outgoing_body_chunk_size`). A longer one fills segments, and goes on while the vendor reads.
const TOGETHER_BYTES: usize = 1024 * 1024;

const NS_PER_MS: u64 = 1_000_000;
/// Bodies come from the same process: this is only how long one `poll` takes at most.
const WAIT_NS: u64 = 1_000 * NS_PER_MS;

/// Sends it, and returns when the head of the answer is there.
///
/// # Errors
///
/// If it is not a request of `upstream`, or the vendor gives no answer.
pub fn send(request: &IncomingRequest) -> Result<IncomingResponse, Reason> {
    let headers = request.headers().entries();
    let call = Call::read(&headers)?;
    if !matches!(request.method(), Method::Post) {
        let reason = Reason::new(Failure::NotACall, "only POST is passed on");
        return Err(Reason { status: 405, ..reason });
    }
    let outgoing = outgoing(&call, &headers)?;
    let content = request.consume().map_err(|()| internal("the request has no body"))?;
    let reader = content.stream().map_err(|()| internal("the body cannot be read"))?;
    let body = outgoing.body().map_err(|()| internal("the body cannot be written"))?;
    let writer = body.write().map_err(|()| internal("the body cannot be written"))?;
    let (first, is_whole) = beginning(&reader)?;
    let rest = io::write_now(&writer, &first).map_err(|Gone| internal("the body is not taken"))?;
    let options = options(call.timeouts);
    if is_whole && rest.is_empty() {
        finish(body, writer)?;
        return answered(outgoing_handler::handle(outgoing, Some(options))?);
    }
    let answer = outgoing_handler::handle(outgoing, Some(options))?;
    match pass_on(rest, &reader, &writer) {
        Ok(()) => finish(body, writer)?,
        // A vendor that has heard enough closes early; its answer says why.
        Err(Passed::VendorGone) => {}
        Err(Passed::Broken) => return Err(broken()),
    }
    answered(answer)
}

fn outgoing(call: &Call, headers: &[(String, Vec<u8>)]) -> Result<OutgoingRequest, Reason> {
    let fields = Fields::new();
    for (name, value) in headers.iter().filter(|(name, _)| goes_to_the_vendor(name)) {
        // A header of a connection is not carried: the host writes its own.
        let _ = fields.append(name, value);
    }
    let outgoing = OutgoingRequest::new(fields);
    let scheme = if call.https { Scheme::Https } else { Scheme::Http };
    outgoing
        .set_method(&Method::Post)
        .and_then(|()| outgoing.set_scheme(Some(&scheme)))
        .and_then(|()| outgoing.set_authority(Some(&call.authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&call.path)))
        .map_err(|()| Reason::from(postern_egress::Refusal::BadUrl))?;
    Ok(outgoing)
}

fn options(timeouts: Timeouts) -> RequestOptions {
    let options = RequestOptions::new();
    let ns = |ms: Option<u64>| ms.map(|ms| ms.saturating_mul(NS_PER_MS));
    // A host without such a timeout says so; `upstream` and the gateway bound the whole.
    let _ = options.set_connect_timeout(ns(timeouts.connect_ms));
    let _ = options.set_first_byte_timeout(ns(timeouts.first_byte_ms));
    let _ = options.set_between_bytes_timeout(ns(timeouts.between_bytes_ms));
    options
}

/// The body, or the beginning of a long one, and whether it is all.
fn beginning(reader: &InputStream) -> Result<(Vec<u8>, bool), Reason> {
    let ready = reader.subscribe();
    let mut first = Vec::new();
    while first.len() < TOGETHER_BYTES {
        match io::read(reader) {
            Part::Bytes(bytes) => first.extend(bytes),
            Part::Nothing => io::wait(&ready, WAIT_NS),
            Part::End => return Ok((first, true)),
            Part::Broken => return Err(broken()),
        }
    }
    Ok((first, false))
}

enum Passed {
    VendorGone,
    Broken,
}

fn pass_on(rest: &[u8], reader: &InputStream, writer: &OutputStream) -> Result<(), Passed> {
    let write = |bytes: &[u8]| io::write(writer, bytes).map_err(|Gone| Passed::VendorGone);
    write(rest)?;
    let ready = reader.subscribe();
    loop {
        match io::read(reader) {
            Part::Bytes(bytes) => write(&bytes)?,
            Part::Nothing => io::wait(&ready, WAIT_NS),
            Part::End => return Ok(()),
            Part::Broken => return Err(Passed::Broken),
        }
    }
}

fn finish(body: OutgoingBody, writer: OutputStream) -> Result<(), Reason> {
    drop(writer);
    OutgoingBody::finish(body, None).map_err(Reason::from)
}

fn answered(
    answer: wasip2::http::types::FutureIncomingResponse,
) -> Result<IncomingResponse, Reason> {
    answer.subscribe().block();
    match answer.get() {
        Some(Ok(answered)) => Ok(answered?),
        Some(Err(())) | None => Err(internal("the answer is not there")),
    }
}

fn broken() -> Reason {
    internal("the request broke off")
}

fn internal(detail: &str) -> Reason {
    Reason::new(Failure::Other, detail)
}
