//! A collector whose answers the test chooses.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What it does with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// With this status.
    Status(u16),
    /// It never answers.
    Hangs,
}

/// It counts the posts, and keeps the head of the last one.
pub struct Collector {
    pub address: SocketAddr,
    answers: Arc<Mutex<Answers>>,
    posts: Arc<AtomicUsize>,
    head: Arc<Mutex<String>>,
}

impl Collector {
    pub fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let answers = Arc::new(Mutex::new(answers));
        let (posts, head) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(String::new())));
        let shared = (Arc::clone(&answers), Arc::clone(&posts), Arc::clone(&head));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, posts, head) = shared.clone();
                thread::spawn(move || answer(stream, &answers, &posts, &head));
            }
        });
        Collector { address, answers, posts, head }
    }

    pub fn answer_with(&self, answers: Answers) {
        *self.answers.lock().expect("a lock") = answers;
    }

    pub fn posts(&self) -> usize {
        self.posts.load(Ordering::Relaxed)
    }

    /// Method, path and headers of the last post, in lower case.
    pub fn head(&self) -> String {
        self.head.lock().expect("a lock").clone()
    }
}

fn answer(
    mut stream: TcpStream,
    answers: &Mutex<Answers>,
    posts: &AtomicUsize,
    last: &Mutex<String>,
) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
        read.extend_from_slice(&buffer[..count]);
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut missing = length.unwrap_or(0usize).saturating_sub(read.len() - end);
    while missing > 0 {
        let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
        missing = missing.saturating_sub(count);
    }
    *last.lock().expect("a lock") = head;
    posts.fetch_add(1, Ordering::Relaxed);
    let answers = *answers.lock().expect("a lock");
    match answers {
        Answers::Status(status) => {
            let text =
                format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(text.as_bytes());
        }
        Answers::Hangs => thread::sleep(Duration::from_secs(60)),
    }
}
