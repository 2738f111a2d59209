//! A scripted vendor: an OpenAI-compatible server whose models' names select its behaviour.
//!
//! It is strict: requests that a vendor would not accept from the gateway, or must never see (the client's credential,
//! cookies, headers meant for the gateway), are noted as complaints and refused with 400 in the vendor's words. It
//! records every request as it arrived, and how each exchange ended.

mod answers;
mod check;
mod judge;
mod keeping;
mod metered;
mod quoting;
mod record;
mod remembering;
mod script;
mod scripts;
mod serve;
mod unusual;

pub use answers::{ANSWER_PREFIX, USAGE};
pub(crate) use check::RESERVED;
pub use judge::OPINION;
pub use quoting::WORD;
pub use record::{Ending, Recorded};
pub(crate) use script::{Script, Step};

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};

/// The credential that the vendor expects, and only the gateway has.
pub const CREDENTIAL: &str = "sk-vendor-7Qm2fVtYw3x9Lr5Zc8Nd1Hb6";

/// The send buffer of the sockets to the gateway: the kernel holds little compared with the limits of tests of
/// backpressure.
const SEND_BUFFER_BYTES: u32 = 64 * 1024;

/// The running vendor. It ends with its last handle.
pub struct Upstream {
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A vendor's behaviour: the problems of a request, and the answer.
pub(crate) type Behaviour =
    fn(method: &str, host: &str, request: &Recorded) -> (Vec<String>, Script);

/// The state that connections and tests share.
pub(crate) struct State {
    address: SocketAddr,
    behaviour: Behaviour,
    records: Mutex<Vec<Arc<Recorded>>>,
    complaints: Mutex<Vec<String>>,
    gates: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Upstream {
    /// Starts one on a free port of the loopback address, in a separate thread: the runtimes of tests end.
    ///
    /// # Panics
    ///
    /// When there is no port.
    #[must_use]
    pub fn start() -> Self {
        Self::serving(0, scripted)
    }

    /// Starts one of every dialect that refuses everything and quotes the credential and the prompt in its errors.
    #[must_use]
    pub fn quoting() -> Self {
        Self::serving(0, quoting::answer)
    }

    /// Starts one of every dialect that stores objects and hands out their ids.
    #[must_use]
    pub fn keeping() -> Self {
        Self::serving(0, keeping::answer)
    }

    /// Starts one of every dialect that remembers conversations and repeats all of one in each answer.
    #[must_use]
    pub fn remembering() -> Self {
        Self::serving(0, remembering::answer)
    }

    /// Starts one with this behaviour, on this port; 0: on a free one.
    pub(crate) fn serving(port: u16, behaviour: Behaviour) -> Self {
        let (ready, state) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                // A connection of another program may have got the port of a restarted vendor.
                let listener = crate::eventually("a port", || listen(port).ok()).await;
                let address = listener.local_addr().expect("an address");
                let state = Arc::new(State::at(address, behaviour));
                ready.send(Arc::clone(&state)).expect("who started it");
                tokio::select! {
                    () = serve::accept(listener, state) => {}
                    _ = stopped => {}
                }
            });
        });
        let state = state.recv().expect("a vendor that listens");
        Self { state, stop: Some(stop), thread: Some(thread) }
    }

    /// Breaks all its connections at once, as a crash would, and goes on at the same address; it keeps its recorded
    /// requests.
    ///
    /// # Panics
    ///
    /// If another program has taken its port.
    pub fn crash_and_restart(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the vendor's thread");
        }
        let again = Self::serving(self.state.address.port(), self.state.behaviour);
        let kept = std::mem::take(&mut *self.state.records.lock().expect("records"));
        again.state.records.lock().expect("records").extend(kept);
        *self = again;
    }

    /// Its address.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.state.address)
    }

    /// Every request whose body contains `marker`, in the order they came.
    #[must_use]
    pub fn requests(&self, marker: &str) -> Vec<Arc<Recorded>> {
        let records = self.state.records.lock().expect("records");
        records.iter().filter(|record| record.text().contains(marker)).cloned().collect()
    }

    /// The only request whose body contains `marker`.
    ///
    /// # Panics
    ///
    /// When there is none, or several.
    #[must_use]
    pub fn request(&self, marker: &str) -> Arc<Recorded> {
        let mut found = self.requests(marker);
        assert_eq!(found.len(), 1, "requests with {marker}");
        found.remove(0)
    }

    /// The complaints about the gateway's requests.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.state.complaints.lock().expect("complaints").clone()
    }

    /// Releases this many steps of a `stepped` answer to the request with this marker.
    pub fn release(&self, marker: &str, steps: usize) {
        self.state.gate(marker).add_permits(steps);
    }
}

/// Complains first, then answers as the model's name says.
fn scripted(method: &str, host: &str, request: &Recorded) -> (Vec<String>, Script) {
    let complaints = check::complaints(method, host, request);
    let script = match complaints.first() {
        Some(complaint) => Script::refusal(400, "invalid_request_error", complaint),
        None => scripts::script(request),
    };
    (complaints, script)
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // After a crash its old connections still wait for their end.
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    socket.listen(1024)
}

impl State {
    fn at(address: SocketAddr, behaviour: Behaviour) -> Self {
        let (records, complaints, gates) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { address, behaviour, records, complaints, gates }
    }

    fn gate(&self, marker: &str) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().expect("gates");
        let gate = gates.entry(marker.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0)));
        Arc::clone(gate)
    }

    fn complain(&self, complaints: &[String]) {
        self.complaints.lock().expect("complaints").extend_from_slice(complaints);
    }
}
