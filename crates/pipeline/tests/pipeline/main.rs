//! The pipeline over stages in memory, on a clock that moves only when everything waits.

mod exits;
mod schedules;
mod time;
mod world;
