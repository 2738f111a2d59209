//! Maps bytes of a normalised text to bytes of the original.

use std::ops::Range;

/// Runs of bytes, by their start in the normalised text.
#[derive(Default)]
pub struct Map {
    runs: Vec<Run>,
    /// For each block of the normalised text, the number of runs that begin before it.
    blocks: Vec<u32>,
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

/// The bytes of a block: few enough that a block has few runs.
const BLOCK: usize = 32;

impl Map {
    /// Maps the following bytes one to one, until the next call.
    pub fn same(&mut self, start: usize, original: usize) {
        if let Some(last) = self.runs.last()
            && last.lump_end.is_none()
            && original as u32 - last.original == start as u32 - last.start
        {
            return;
        }
        self.push(Run { start: start as u32, original: original as u32, lump_end: None });
    }

    /// Maps the text that is appended next, as a whole, to these bytes.
    pub fn lump(&mut self, start: usize, original: Range<usize>) {
        let lump_end = Some(original.end as u32);
        self.push(Run { start: start as u32, original: original.start as u32, lump_end });
    }

    fn push(&mut self, run: Run) {
        self.count_blocks(run.start as usize);
        self.runs.push(run);
    }

    /// Counts the runs before all blocks that begin at or before this place.
    fn count_blocks(&mut self, at: usize) {
        if self.blocks.len() <= at / BLOCK {
            self.blocks.resize(at / BLOCK + 1, self.runs.len() as u32);
        }
    }

    /// Sets the lengths of both texts.
    pub fn end(&mut self, end: usize, original_end: usize) {
        self.count_blocks(end);
        self.end = end;
        self.original_end = original_end;
    }

    /// The original bytes of a range. An empty range stays empty.
    pub fn back(&self, range: Range<usize>) -> Range<usize> {
        let first = self.run(range.start);
        let start = match first.map(|(run, _)| run) {
            _ if range.start >= self.end => self.original_end,
            Some(run) if run.lump_end.is_some() => run.original as usize,
            Some(run) => run.original as usize + (range.start - run.start as usize),
            None => 0,
        };
        if range.is_empty() {
            return start..start;
        }
        let last = range.end - 1;
        // Most ranges are within one run.
        let run = match first {
            Some((run, next)) if next.is_none_or(|next| last < next) => Some(run),
            _ => self.run(last).map(|(run, _)| run),
        };
        let end = match run {
            Some(Run { lump_end: Some(end), .. }) => *end as usize,
            Some(run) => run.original as usize + (last - run.start as usize) + 1,
            None => self.original_end,
        };
        start..end.max(start)
    }

    /// The run of a byte, and where the next one begins.
    fn run(&self, at: usize) -> Option<(&Run, Option<usize>)> {
        let before =
            self.blocks.get(at / BLOCK).or(self.blocks.last()).copied().unwrap_or(0) as usize;
        let rest = self.runs.get(before..).unwrap_or_default();
        let within = rest.iter().take_while(|run| run.start as usize <= at).count();
        let run = self.runs.get((before + within).checked_sub(1)?)?;
        Some((run, rest.get(within).map(|next| next.start as usize)))
    }
}
