//! The vocabularies as `build.rs` writes them.

pub const O200K_BASE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base"));
pub const CL100K_BASE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cl100k_base"));

/// Token after token: a byte of length, and its bytes.
pub fn tokens(written: &'static [u8]) -> impl Iterator<Item = &'static [u8]> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first()?;
        let (token, after) = after.split_at_checked(usize::from(*length))?;
        rest = after;
        Some(token)
    })
}
