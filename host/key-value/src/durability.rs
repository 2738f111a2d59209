//! When a write is done.

/// When a write to a file is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It is on the disk: a power cut loses nothing. For an operator's program, which issues and revokes keys.
    Disk,
    /// The system has it, and brings it to the disk within a second: the end of the process loses nothing, a power cut the last moments.
    /// For components, whose requests would wait for the disk.
    System,
}
