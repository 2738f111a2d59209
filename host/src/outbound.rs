//! Requests of components: checked against the manifest's grants, then sent over kept connections.

mod answer;
mod body;
pub mod client;
mod errors;

use std::future::Future;
use std::sync::Arc;

use http::{HeaderName, Request, Response, Uri};
use tokio_util::sync::CancellationToken;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use crate::described::Described;
use crate::hop_by_hop;
use crate::leaving::{self, Waiting};
use crate::memory::Answers;
use crate::no_instance::NoInstance;
use crate::shared::{Granted, Shared};

/// The domain by which components reach each other.
const SERVICE_DOMAIN: &str = ".spin.internal";

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send>;

/// The outbound hooks of one instance.
pub struct Hooks {
    component: Arc<Granted>,
    shared: Arc<Shared>,
    answers: Arc<Answers>,
    waiting: Arc<Waiting>,
    /// The client that the next request is sent for, if it still waits for an answer. None: a request of WASI 0.2.
    pub(crate) client: Option<Option<CancellationToken>>,
}

impl Hooks {
    /// The hooks for an instance of the component.
    pub fn new(
        component: Arc<Granted>,
        shared: Arc<Shared>,
        answers: Arc<Answers>,
        waiting: Arc<Waiting>,
    ) -> Self {
        Self { component, shared, answers, waiting, client: None }
    }
}

/// The headers a component may neither see nor set; all of them belong to a connection.
fn is_forbidden(name: &HeaderName) -> bool {
    static FORBIDDEN: [HeaderName; 9] = DEFAULT_FORBIDDEN_HEADERS;
    FORBIDDEN.contains(name)
}

impl WasiHttpHooks for Hooks {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        is_forbidden(name)
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }

    fn set_host_header(&mut self) -> bool {
        // The client sets it if the protocol has it.
        false
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Sent {
        let (component, shared) = (Arc::clone(&self.component), Arc::clone(&self.shared));
        let answers = Arc::clone(&self.answers);
        let client = self.client.take().unwrap_or_else(|| self.waiting.only_client());
        Box::new(async move {
            check(&component, request.uri())?;
            let answered = async {
                match service(request.uri()) {
                    Some(id) => call_component(&shared, &id, request).await,
                    None => shared.outbound.send(request, options.unwrap_or_default()).await,
                }
            };
            let answered = match &client {
                Some(client) => leaving::unless_left(answered, client).await?,
                None => answered.await?,
            };
            let mut response = answer::count(answered, &shared.memory, &answers);
            hop_by_hop::strip(response.headers_mut());
            if let Some(client) = client {
                response = leaving::until_left(response, client);
            }
            Ok((response, Box::new(std::future::ready(Ok(()))) as Io))
        })
    }

    fn p2_error_from_hyper(
        &mut self,
        error: &hyper::Error,
    ) -> wasmtime_wasi_http::p2::bindings::http::types::ErrorCode {
        errors::of_hyper_p2(error)
    }

    fn p3_error_from_hyper(
        &mut self,
        error: &hyper::Error,
    ) -> wasmtime_wasi_http::p3::bindings::http::types::ErrorCode {
        errors::of_hyper_p3(error)
    }
}

fn check(component: &Granted, uri: &Uri) -> Result<(), Error> {
    let (scheme, host) =
        (uri.scheme_str().unwrap_or("https"), uri.host().ok_or(Error::HttpRequestUriInvalid)?);
    if component.allowed_hosts.allows(scheme, host, uri.port_u16()) {
        return Ok(());
    }
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    eprintln!(
        "error: `{}` may not reach {scheme}://{host}{port}: its `allowed_outbound_hosts` does not name it",
        component.id
    );
    Err(Error::HttpRequestDenied)
}

/// The component that a request is for, if it is for one.
fn service(uri: &Uri) -> Option<String> {
    uri.host()?.to_ascii_lowercase().strip_suffix(SERVICE_DOMAIN).map(str::to_owned)
}

async fn call_component(
    shared: &Shared,
    id: &str,
    mut request: Request<WasiBody>,
) -> Result<Response<WasiBody>, Error> {
    let (url, path) = (request.uri().to_string(), request.uri().path().to_owned());
    Described::of_component(&url, &path).add_to(request.headers_mut());
    let handler = shared
        .handlers
        .get()
        .and_then(|handlers| handlers.get(id))
        .ok_or(Error::DestinationNotFound)?;
    match handler(request).await {
        Err(error) if error.is::<NoInstance>() => Ok(answer::overloaded()),
        answered => {
            answered.map_err(|error| Error::InternalError(Some(format!("`{id}`: {error}"))))
        }
    }
}
