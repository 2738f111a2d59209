//! Reads a shared value from its beginning.

/// Reads a value from its beginning to its end.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = usize::from(self.byte()?);
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    pub(super) fn with<T>(
        &mut self,
        read: impl FnOnce(&'b [u8]) -> Option<(T, &'b [u8])>,
    ) -> Option<T> {
        let (value, rest) = read(self.0)?;
        self.0 = rest;
        Some(value)
    }
}
