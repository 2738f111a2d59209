//! Maps bytes of a normalised text to bytes of the original.

use std::ops::Range;

/// Runs of bytes, by their start in the normalised text.
#[derive(Default)]
pub struct Map {
    runs: Vec<Run>,
    end: usize,
    original_end: usize,
}

struct Run {
    /// Its start in the normalised text.
    start: u32,
    /// Its start in the original.
    original: u32,
    /// `None` if the run maps byte for byte, up to the next run; otherwise the end of the original bytes that the whole run maps to.
    lump_end: Option<u32>,
}

impl Map {
    /// Maps the following bytes one to one, until the next call.
    pub fn same(&mut self, start: usize, original: usize) {
        if let Some(last) = self.runs.last()
            && last.lump_end.is_none()
            && original as u32 - last.original == start as u32 - last.start
        {
            return;
        }
        self.runs.push(Run { start: start as u32, original: original as u32, lump_end: None });
    }

    /// Maps the text that is appended next, as a whole, to these bytes.
    pub fn lump(&mut self, start: usize, original: Range<usize>) {
        let lump_end = Some(original.end as u32);
        self.runs.push(Run { start: start as u32, original: original.start as u32, lump_end });
    }

    /// Sets the lengths of both texts.
    pub fn end(&mut self, end: usize, original_end: usize) {
        self.end = end;
        self.original_end = original_end;
    }

    /// The original bytes of a range. An empty range stays empty.
    pub fn back(&self, range: Range<usize>) -> Range<usize> {
        let start = match self.run(range.start) {
            _ if range.start >= self.end => self.original_end,
            Some(run) if run.lump_end.is_some() => run.original as usize,
            Some(run) => run.original as usize + (range.start - run.start as usize),
            None => 0,
        };
        if range.is_empty() {
            return start..start;
        }
        let last = range.end - 1;
        let end = match self.run(last) {
            Some(Run { lump_end: Some(end), .. }) => *end as usize,
            Some(run) => run.original as usize + (last - run.start as usize) + 1,
            None => self.original_end,
        };
        start..end.max(start)
    }

    fn run(&self, at: usize) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.start as usize <= at);
        self.runs.get(after.checked_sub(1)?)
    }
}
