//! Framing of streamed answers, without I/O.
