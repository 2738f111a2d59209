//! One connection, from its acceptance to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::admission::Slot;
use super::answer::{AnswerBody, OpenRequest};
use super::body::{MinDataRate, linger};
use super::clock::{Alarm, End};
use super::head::{MAX_HEADER_BYTES, MAX_HEADERS};
use super::request::{HEALTH_PATHS, Triggers};
use super::requests::Requests;
use super::responses::{and_close, come_back};
use super::settings::Limits;
use super::timed_stream::TimedStream;
use crate::memory::Budget;

/// Serves connections with these triggers and limits.
pub struct ConnectionServer {
    triggers: Triggers,
    requests: Arc<Requests>,
    limits: Limits,
    tls: Option<TlsAcceptor>,
    memory: Arc<Budget>,
    builder: Builder<TokioExecutor>,
}

impl ConnectionServer {
    /// A server for these triggers.
    pub fn new(
        triggers: Triggers,
        limits: Limits,
        tls: Option<TlsAcceptor>,
        memory: Arc<Budget>,
    ) -> Self {
        let builder = builder(&limits);
        let requests = Requests::new(limits.requests);
        Self { triggers, requests, limits, tls, memory, builder }
    }

    /// Serves a connection to its end.
    pub async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        client: SocketAddr,
        slot: Slot,
        mut stopping: watch::Receiver<bool>,
    ) {
        let slot = Arc::new(slot);
        let mut alarm = Alarm::new(Arc::clone(slot.clock()));
        let Some(tls) = self.tls.clone() else {
            return self.speak(stream, client, slot, alarm, stopping).await;
        };
        let encrypted = tokio::select! {
            encrypted = tls.accept(stream) => encrypted,
            _ = alarm.end() => return,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        // A failed handshake is the client's fault.
        if let Ok(stream) = encrypted {
            self.speak(stream, client, slot, alarm, stopping).await;
        }
    }

    async fn speak(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        client: SocketAddr,
        slot: Arc<Slot>,
        mut alarm: Alarm,
        mut stopping: watch::Receiver<bool>,
    ) {
        slot.clock().await_head();
        let stream = TimedStream::new(stream, Arc::clone(slot.clock()));
        let server = Arc::clone(&self);
        let service = service_fn(move |request| {
            let (server, open) = (Arc::clone(&server), OpenRequest::new(Arc::clone(&slot)));
            let overflow = slot.is_overflow();
            async move { server.answer(request, client, open, overflow).await }
        });
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(stream), service));
        let mut stops = false;
        loop {
            tokio::select! {
                biased;
                // A broken connection is the client's fault; its requests are dropped with it.
                _ = connection.as_mut() => return,
                end = alarm.end() => match end {
                    End::Cut => return,
                    End::Announce => connection.as_mut().graceful_shutdown(),
                    // It is polled again.
                    End::Refuse => {}
                },
                _ = stopping.wait_for(|stopping| *stopping), if !stops => {
                    stops = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        client: SocketAddr,
        mut open: OpenRequest,
        overflow: bool,
    ) -> Result<Response<AnswerBody>, Infallible> {
        let version = request.version();
        // Platforms that ask for health in a storm would restart what is only busy.
        let is_counted = !HEALTH_PATHS.contains(&request.uri().path());
        let place = is_counted.then(|| self.requests.admit());
        let response = if overflow && is_counted {
            come_back("too many connections")
        } else if matches!(place, Some(None)) {
            linger(request.into_body());
            and_close(version, come_back("too many requests are open; retry"))
        } else {
            if let Some(place) = place.flatten() {
                open.hold(place);
            }
            let data_rate =
                MinDataRate::new(self.limits.body_timeout, self.limits.min_body_bytes_per_s);
            self.triggers.answer(request, client, data_rate, &self.memory).await
        };
        let response = if overflow { and_close(version, response) } else { response };
        Ok(response.map(|body| AnswerBody::new(body, open)))
    }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // The clock has this timeout: hyper's begins anew with each read of the version, and sends no answer.
        .header_read_timeout(None)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.ping_interval)
        .keep_alive_timeout(limits.ping_timeout)
        .max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX));
    builder
}
