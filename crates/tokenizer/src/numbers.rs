//! Numbers of three bytes, as `build/` writes them.

/// Numbers that lie in the image.
#[derive(Clone, Copy)]
pub struct Numbers(&'static [[u8; 3]]);

impl Numbers {
    pub const fn new(written: &'static [u8]) -> Self {
        Self(written.as_chunks().0)
    }

    /// The number at a place.
    pub fn get(self, place: usize) -> Option<u32> {
        let [first, second, third] = *self.0.get(place)?;
        Some(u32::from_le_bytes([first, second, third, 0]))
    }
}
