//! The records that are not written yet, bounded in number and bytes.

use crate::record::Record;
use std::collections::VecDeque;

/// The bounds of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueBounds {
    /// A group of so many records is written at once.
    pub group: usize,
    /// The most records.
    pub records: usize,
    /// Their most bytes.
    pub bytes: usize,
}

/// What the call does that brought a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallRole {
    /// It waits for others, and writes the group then.
    Leads,
    /// The group is full: it writes.
    Writes,
    /// Nothing: another call writes its record.
    Follows,
    /// Nothing: its record was dropped, as there is no room.
    Dropped,
}

/// Records to write, with the number of the last of them.
#[derive(Debug)]
pub struct Group {
    /// The records, in the order in which they came.
    pub records: Vec<Record>,
    /// The number of the last one.
    pub last: u64,
    bytes: usize,
    numbers: Vec<u64>,
}

#[derive(Debug)]
struct Waiting {
    record: Record,
    bytes: usize,
    number: u64,
}

/// Records that are not written yet. Each has a number, from 1 on.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// Those that a writer has taken.
    taken: usize,
    taken_bytes: usize,
    taken_last: u64,
    /// The number of the last record that came.
    given: u64,
    /// The number of the last record that is written or dropped, of those in their order.
    done: u64,
    written: u64,
    dropped: u64,
    has_leader: bool,
    is_writing: bool,
}

impl Queue {
    /// Takes a record, and says what its call does.
    pub fn push(&mut self, record: Record, bounds: QueueBounds) -> CallRole {
        let bytes = size(&record);
        let records = self.len().saturating_add(1);
        let all_bytes = self.bytes().saturating_add(bytes);
        if records > bounds.records || all_bytes > bounds.bytes {
            self.dropped = self.dropped.saturating_add(1);
            return CallRole::Dropped;
        }
        self.given = self.given.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        self.waiting.push_back(Waiting { record, bytes, number: self.given });
        if self.is_writing {
            // The call that writes looks for more.
            return CallRole::Follows;
        }
        if self.waiting.len() >= bounds.group {
            return CallRole::Writes;
        }
        match std::mem::replace(&mut self.has_leader, true) {
            true => CallRole::Follows,
            false => CallRole::Leads,
        }
    }

    /// The leader has waited.
    pub fn leader_is_done(&mut self) {
        self.has_leader = false;
    }

    /// Whether records wait for a leader, which the caller becomes.
    pub fn lead(&mut self) -> bool {
        let needs_one = !self.waiting.is_empty() && !self.has_leader && !self.is_writing;
        self.has_leader |= needs_one;
        needs_one
    }

    /// Whether a writer is at work.
    pub fn is_writing(&self) -> bool {
        self.is_writing
    }

    /// Takes records to write, at most so many. None: there are none, or another one writes.
    pub fn take(&mut self, most: usize) -> Option<Group> {
        if self.is_writing || self.waiting.is_empty() {
            return None;
        }
        self.is_writing = true;
        let count = self.waiting.len().min(most.max(1));
        let (mut records, mut numbers, mut bytes) = (Vec::new(), Vec::new(), 0usize);
        for one in self.waiting.drain(..count) {
            records.push(one.record);
            numbers.push(one.number);
            bytes = bytes.saturating_add(one.bytes);
        }
        self.bytes = self.bytes.saturating_sub(bytes);
        let last = numbers.last().copied().unwrap_or(self.done);
        (self.taken, self.taken_bytes, self.taken_last) = (count, bytes, last);
        Some(Group { records, last, bytes, numbers })
    }

    /// A group is written.
    pub fn wrote(&mut self, group: &Group) {
        self.is_writing = false;
        (self.taken, self.taken_bytes, self.taken_last) = (0, 0, 0);
        self.done = group.last;
        self.written = self.written.saturating_add(group.records.len() as u64);
    }

    /// A group could not be written, and waits on, before all others.
    pub fn put_back(&mut self, group: Group) {
        self.is_writing = false;
        (self.taken, self.taken_bytes, self.taken_last) = (0, 0, 0);
        self.bytes = self.bytes.saturating_add(group.bytes);
        for (record, number) in group.records.into_iter().zip(group.numbers).rev() {
            let bytes = size(&record);
            self.waiting.push_front(Waiting { record, bytes, number });
        }
    }

    /// Drops what waits, unless one writes. Returns how many were dropped.
    pub fn give_up(&mut self) -> usize {
        if self.is_writing {
            return 0;
        }
        let count = self.waiting.len();
        self.waiting.clear();
        self.bytes = 0;
        self.done = self.done.saturating_add(count as u64);
        self.dropped = self.dropped.saturating_add(count as u64);
        count
    }

    /// Takes a record out that waits, by its number. False: it does not wait any more.
    pub fn withdraw(&mut self, number: u64) -> bool {
        let at = self.waiting.iter().position(|one| one.number == number);
        let Some(one) = at.and_then(|at| self.waiting.remove(at)) else { return false };
        self.bytes = self.bytes.saturating_sub(one.bytes);
        // Nothing may seem to wait that does not.
        let last = self.waiting.back().map_or(self.taken_last, |one| one.number);
        self.given = last.max(self.done);
        true
    }

    /// The records that are not written, those that are being written included.
    pub fn len(&self) -> usize {
        self.waiting.len().saturating_add(self.taken)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their bytes.
    pub fn bytes(&self) -> usize {
        self.bytes.saturating_add(self.taken_bytes)
    }

    /// The number of the last record that came.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// The number of the last record that is written: all before it are, too.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// How many were written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How many were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// About what a record takes of memory: the fixed part, and its lists.
fn size(record: &Record) -> usize {
    let texts = |count: usize, each: usize| count.saturating_mul(each);
    [
        size_of::<Record>(),
        256,
        texts(record.attempts.len(), 512),
        texts(record.findings.len(), 192),
        texts(record.losses.len(), 96),
        texts(record.stages.len(), 64),
        texts(record.limits.as_ref().map_or(0, |limits| limits.used.len()), 128),
        texts(record.access.as_ref().map_or(0, |access| access.refused.len()), 256),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::{CallRole, Queue, QueueBounds, size};
    use crate::sample::record;

    const BOUNDS: QueueBounds = QueueBounds { group: 3, records: 5, bytes: 1 << 20 };

    fn push(queue: &mut Queue, id: usize) -> CallRole {
        queue.push(record(&format!("r-{id}"), 0), BOUNDS)
    }

    #[test]
    fn the_first_record_leads_and_a_full_group_is_written_by_its_last() {
        let mut queue = Queue::default();
        assert_eq!(
            (push(&mut queue, 1), push(&mut queue, 2)),
            (CallRole::Leads, CallRole::Follows)
        );
        assert_eq!(push(&mut queue, 3), CallRole::Writes);
        let group = queue.take(512).unwrap();
        assert_eq!((group.records.len(), group.last), (3, 3));
        assert!(queue.take(512).is_none(), "one writes at a time");
        assert_eq!(push(&mut queue, 4), CallRole::Follows, "who writes looks for more");
        queue.wrote(&group);
        assert_eq!((queue.done(), queue.given(), queue.len()), (3, 4, 1));
        // The leader of the first group still waits, and will write it.
        assert_eq!(push(&mut queue, 5), CallRole::Follows);
        queue.leader_is_done();
        let group = queue.take(512).unwrap();
        queue.wrote(&group);
        assert_eq!((queue.done(), queue.written(), queue.is_empty()), (5, 5, true));
        assert_eq!(push(&mut queue, 6), CallRole::Leads);
    }

    #[test]
    fn a_record_that_is_withdrawn_is_not_written_and_not_missed() {
        // Those that are withdrawn, of four; then the numbers of the last that came and the last that is written.
        for (withdrawn, given, ids) in [
            (&[4][..], 3, &["r-1", "r-2", "r-3"][..]),
            (&[2], 4, &["r-1", "r-3", "r-4"]),
            (&[3, 4], 2, &["r-1", "r-2"]),
            (&[1, 2, 3, 4], 0, &[]),
        ] {
            let mut queue = Queue::default();
            for id in 1..=4 {
                push(&mut queue, id);
            }
            let group = queue.take(512).unwrap();
            assert!(!queue.withdraw(4), "it is being written");
            queue.put_back(group);
            assert!(withdrawn.iter().all(|number| queue.withdraw(*number)));
            assert!(!queue.withdraw(withdrawn[0]));
            assert_eq!((queue.given(), queue.len()), (given, ids.len()));
            assert_eq!(queue.bytes(), ids.len() * size(&record("r-1", 0)));
            if let Some(group) = queue.take(512) {
                let left: Vec<_> =
                    group.records.iter().map(|one| one.request_id.as_str()).collect();
                assert_eq!((left.as_slice(), group.last), (ids, given));
                queue.wrote(&group);
            }
            assert_eq!((queue.done(), queue.written()), (given, ids.len() as u64));
        }
    }

    #[test]
    fn what_could_not_be_written_waits_on_in_its_order_and_within_bounds() {
        let mut queue = Queue::default();
        for id in 1..=3 {
            push(&mut queue, id);
        }
        let group = queue.take(512).unwrap();
        assert_eq!((queue.len(), queue.bytes()), (3, 3 * size(&record("r-1", 0))));
        push(&mut queue, 4);
        queue.put_back(group);
        assert_eq!(push(&mut queue, 5), CallRole::Writes);
        assert_eq!(push(&mut queue, 6), CallRole::Dropped);
        assert_eq!((queue.len(), queue.dropped(), queue.done()), (5, 1, 0));
        let group = queue.take(512).unwrap();
        let ids: Vec<_> = group.records.iter().map(|one| one.request_id.as_str()).collect();
        assert_eq!(ids, ["r-1", "r-2", "r-3", "r-4", "r-5"]);
        queue.wrote(&group);
        assert_eq!((queue.bytes(), queue.written()), (0, 5));
        push(&mut queue, 7);
        assert_eq!((queue.give_up(), queue.len(), queue.bytes()), (1, 0, 0));
        assert_eq!((queue.done(), queue.given(), queue.dropped()), (6, 6, 2));
        let narrow = QueueBounds { bytes: 10, ..BOUNDS };
        assert_eq!(queue.push(record("r-7", 0), narrow), CallRole::Dropped);
    }
}
