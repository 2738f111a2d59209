//! The host's HTTP types for the pipeline.

use postern_pipeline::{Body, Client, RequestHead};
use postern_types::Fault;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Method, Request, Trailers};
use spin_sdk::wasip3::wit_future;
use spin_sdk::wit_bindgen::rt::async_support::{
    FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter,
};

/// Method, path and headers.
pub fn head(request: &Request) -> RequestHead {
    RequestHead {
        method: method(request.get_method()),
        path: request.get_path_with_query().unwrap_or_default(),
        headers: request.get_headers().copy_all(),
    }
}

fn method(method: Method) -> String {
    let known = match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(other) => return other,
    };
    known.to_owned()
}

/// The headers of a response. All of them are one call of the host.
pub fn fields(named: Vec<(String, String)>) -> Fields {
    let named: Vec<_> = named.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
    Fields::from_list(&named).unwrap_or_else(|_| one_by_one(&named))
}

/// A vendor's header that the host does not carry is dropped.
fn one_by_one(named: &[(String, Vec<u8>)]) -> Fields {
    let fields = Fields::new();
    for (name, value) in named {
        let _ = fields.append(name, value);
    }
    fields
}

/// How a request's body ended.
type Ending = FutureReader<Result<Option<Trailers>, ErrorCode>>;

/// Dropped with the body, which reports success.
type Taken = FutureWriter<Result<(), ErrorCode>>;

/// The body of a client's request; it is taken from the host only if it is read.
pub enum HttpBody {
    /// Not read yet.
    Unread(Option<Request>),
    /// Being read.
    Open { stream: StreamReader<u8>, ending: Option<Ending>, _taken: Taken },
}

impl Body for HttpBody {
    async fn read(&mut self, buffer: Vec<u8>) -> (bool, Vec<u8>) {
        if let Self::Unread(request) = self
            && let Some(request) = request.take()
        {
            let (taken, result) = wit_future::new(|| Ok(()));
            let (stream, ending) = Request::consume_body(request, result);
            *self = Self::Open { stream, ending: Some(ending), _taken: taken };
        }
        match self {
            Self::Open { stream, .. } => read(stream, buffer).await,
            Self::Unread(_) => (true, buffer),
        }
    }

    async fn ending(&mut self) -> Result<(), Fault> {
        let Self::Open { ending, .. } = self else { return Ok(()) };
        let Some(ending) = ending.take() else { return Ok(()) };
        match ending.await {
            Ok(_) => Ok(()),
            Err(error) => Err(incomplete(&error).into()),
        }
    }
}

fn incomplete(error: &ErrorCode) -> postern_fault::Fault {
    postern_fault::Fault::new(
        postern_fault::Kind::InvalidRequest,
        "the body ended before it was whole",
    )
    .with_private(format!("{error:?}"))
}

/// Appends what has arrived. True: the body has ended.
pub async fn read(stream: &mut StreamReader<u8>, buffer: Vec<u8>) -> (bool, Vec<u8>) {
    let (status, filled) = stream.read(buffer).await;
    (status == StreamResult::Dropped, filled)
}

/// The client's end of an answer.
pub struct ClientStream {
    pub contents: Option<StreamWriter<u8>>,
    /// Dropped, it says that the answer is whole.
    pub trailers: Option<FutureWriter<Result<Option<Trailers>, ErrorCode>>>,
}

impl Client for ClientStream {
    async fn write(&mut self, bytes: Vec<u8>) -> bool {
        match &mut self.contents {
            Some(contents) => contents.write_all(bytes).await.is_empty(),
            None => false,
        }
    }

    async fn cut(&mut self) {
        // The host looks at the trailers when the contents have ended.
        self.contents = None;
        if let Some(trailers) = self.trailers.take() {
            // The client may have left.
            let _ = trailers.write(Err(ErrorCode::HttpResponseIncomplete)).await;
        }
    }
}
