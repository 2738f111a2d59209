//! What each vendor and client says, and how it is read and written.
