//! HTTP/2, frame by frame (RFC 9113).

use std::io::{Read, Write};
use std::net::TcpStream;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
pub const HEADERS: u8 = 1;
const PING: u8 = 6;

/// `GET /hello` of `http://test`, in HPACK's static table and literals (RFC 7541).
pub const GET_HELLO: &[u8] = b"\x82\x86\x04\x06/hello\x01\x04test";

pub fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    [&[0, length[0], length[1], kind, flags, 0, 0, 0, stream], payload].concat()
}

/// The frames of what was said: kind, flags, payload.
fn frames(mut said: &[u8]) -> Vec<(u8, u8, &[u8])> {
    let mut frames = Vec::new();
    while said.len() >= 9 {
        let length = usize::from(said[1]) * 256 + usize::from(said[2]);
        if said.len() < 9 + length {
            break;
        }
        frames.push((said[3], said[4], &said[9..9 + length]));
        said = &said[9 + length..];
    }
    frames
}

/// Acknowledges every ping, again and again if need be.
pub fn answer_pings(stream: &mut TcpStream, said: &[u8]) {
    if let Some((_, _, payload)) =
        frames(said).into_iter().rfind(|frame| (frame.0, frame.1) == (PING, 0))
    {
        let _ = stream.write_all(&frame(PING, 1, 0, payload));
    }
}

/// The status of a request with this `:authority`: 400 is 12 in HPACK's static table, 203 is not there.
pub fn status_of_authority(mut stream: TcpStream, authority: &str, more: &[u8]) -> Option<u16> {
    let length = u8::try_from(authority.len()).unwrap();
    let block = [b"\x82\x86\x04\x06/hello\x01", &[length][..], authority.as_bytes(), more].concat();
    stream.write_all(&[PREFACE, SETTINGS, &frame(HEADERS, 0x5, 1, &block)].concat()).unwrap();
    let (mut said, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut part).unwrap();
        said.extend(&part[..length]);
        let found = frames(&said).into_iter().find(|frame| frame.0 == HEADERS || frame.0 == 3);
        match found {
            Some((HEADERS, _, payload)) => return Some(if payload[0] == 0x8c { 400 } else { 203 }),
            // The stream is reset.
            Some(_) => return None,
            None => assert!(length > 0, "the connection was closed"),
        }
    }
}
