//! The vendor's answer on its way back: head and first part together, then each part as it arrives.

use crate::failures::Reason;
use crate::io::{self, Part};
use postern_egress::{ANSWER, DETAIL, Failure, VENDOR, comes_from_the_vendor};
use wasip2::http::types::{
    Fields, IncomingBody, IncomingResponse, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::{InputStream, OutputStream};

/// How long the head waits for the first part of the body. A vendor that thinks sends its head alone, and `upstream` must
/// have it before its deadline for heads.
const TOGETHER_NS: u64 = 5_000_000;

/// How often a silent answer is looked at for whether it is still wanted. WASI 0.2 tells a writer nothing until it writes.
const WANTED_NS: u64 = 250_000_000;

/// An answer that is being passed on. A stream is returned to the host before its body.
pub struct Passing {
    reader: InputStream,
    incoming: IncomingBody,
    writer: OutputStream,
    body: OutgoingBody,
    head: OutgoingResponse,
}

impl Passing {
    /// Everything but the sending.
    ///
    /// # Errors
    ///
    /// If the host does not let the answer be passed on.
    pub fn begin(answer: IncomingResponse) -> Result<Self, Reason> {
        let fields = Fields::new();
        for (name, value) in answer.headers().entries() {
            if comes_from_the_vendor(&name) {
                // A header of a connection is not carried: it ends here.
                let _ = fields.append(&name, &value);
            }
        }
        let _ = fields.append(ANSWER, VENDOR.as_bytes());
        let head = OutgoingResponse::new(fields);
        head.set_status_code(answer.status()).map_err(|()| no_answer())?;
        let incoming = answer.consume().map_err(|()| no_answer())?;
        let reader = incoming.stream().map_err(|()| no_answer())?;
        let body = head.body().map_err(|()| no_answer())?;
        let writer = body.write().map_err(|()| no_answer())?;
        Ok(Self { reader, incoming, writer, body, head })
    }

    /// Passes it on to its end, or until it is not wanted any more.
    pub fn run(self, out: ResponseOutparam) {
        let Self { reader, incoming: _incoming, writer, body, head } = self;
        let mut part = io::read(&reader);
        if matches!(part, Part::Nothing) {
            io::wait(&reader.subscribe(), TOGETHER_NS);
            part = io::read(&reader);
        }
        // Hosts buffer at least one part before anyone reads.
        let rest = match &part {
            Part::Bytes(bytes) => io::write_now(&writer, bytes).unwrap_or_default(),
            _ => &[],
        };
        if matches!(part, Part::End) {
            drop((reader, writer));
            // A body shorter than its announced length: the host breaks it off.
            let _ = OutgoingBody::finish(body, None);
            ResponseOutparam::set(out, Ok(head));
            return;
        }
        ResponseOutparam::set(out, Ok(head));
        // An answer that is dropped without an end breaks off.
        let is_whole = !matches!(part, Part::Broken)
            && io::write(&writer, rest).is_ok()
            && pass_on(&reader, &writer);
        drop((reader, writer));
        if is_whole {
            let _ = OutgoingBody::finish(body, None);
        }
    }
}

/// Whether the answer was passed on to its end.
fn pass_on(reader: &InputStream, writer: &OutputStream) -> bool {
    let ready = reader.subscribe();
    loop {
        match io::read(reader) {
            Part::Bytes(bytes) => {
                if io::write(writer, &bytes).is_err() {
                    return false;
                }
            }
            Part::Nothing => {
                io::wait(&ready, WANTED_NS);
                if writer.check_write().is_err() {
                    return false;
                }
            }
            Part::End => return true,
            Part::Broken => return false,
        }
    }
}

fn no_answer() -> Reason {
    Reason::new(Failure::Other, "the answer cannot be passed on")
}

/// Says why there is no answer of a vendor.
pub fn refuse(reason: &Reason, out: ResponseOutparam) {
    let name = reason.failure.as_str();
    let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let detail: String = reason.detail.chars().map(printable).collect();
    let text = detail.replace('\\', "\\\\").replace('"', "\\\"");
    let text = format!("{{\"error\":{{\"code\":\"egress_{name}\",\"message\":\"{text}\"}}}}");
    let fields = Fields::new();
    for (name, value) in [(ANSWER, name), (DETAIL, &detail), ("content-type", "application/json")] {
        let _ = fields.append(name, value.as_bytes());
    }
    let head = OutgoingResponse::new(fields);
    let _ = head.set_status_code(reason.status);
    let body = head.body();
    if let Ok(body) = &body
        && let Ok(writer) = body.write()
    {
        let _ = io::write_now(&writer, text.as_bytes());
    }
    if let Ok(body) = body {
        let _ = OutgoingBody::finish(body, None);
    }
    ResponseOutparam::set(out, Ok(head));
}
