//! The head of a request, from the host.

/// Method, path and headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestHead {
    /// In upper case.
    pub method: String,
    /// Including its query.
    pub path: String,
    /// In order, with their original names.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl RequestHead {
    /// Every value of a header that is text, in order.
    pub fn texts<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a str> + 'a {
        let named = self.headers.iter().filter(move |(each, _)| each.eq_ignore_ascii_case(name));
        named.filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// The last value of a header, if that is text.
    pub fn last(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().rev();
        let (_, value) = named.find(|(each, _)| each.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// Whether there is such a header.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(each, _)| each.eq_ignore_ascii_case(name))
    }

    /// Path and query.
    pub fn path_and_query(&self) -> (&str, &str) {
        self.path.split_once('?').unwrap_or((&self.path, ""))
    }
}
