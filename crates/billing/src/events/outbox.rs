//! A cursor over the ledger: nothing is sent twice, and nothing is left out.
//!
//! Positions are those of rows in the order in which they became visible in the ledger, from 1. A batch is written down before it is
//! sent ([`Outbox::begin`]) and the cursor moves when it was delivered ([`Outbox::delivered`]), each in a transaction of the
//! store. After a crash between the two, the same rows are sent again with the same ids, which the receiver knows ([`Receiver`]).

use super::delivery::{Receiver, Resend};
use super::error::EventError;
use serde::{Deserialize, Serialize};

/// The state of sending to one receiver.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// All rows up to this position were delivered; 0 for none.
    cursor: u64,
    pending: Option<Pending>,
}

/// A batch that is not known to be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// The position of its first row.
    pub first: u64,
    /// The position of its last row.
    pub last: u64,
    /// When it was first sent, in seconds since 1970.
    pub began_s: i64,
}

impl Outbox {
    /// All rows up to this position were delivered; 0 for none.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The batch to send again before any other, and whether that is safe; none if nothing is pending.
    pub fn pending(&self, receiver: Receiver, now_s: i64) -> Option<(Pending, Resend)> {
        let age_s = |pending: &Pending| now_s.saturating_sub(pending.began_s);
        self.pending.map(|pending| (pending, receiver.resend(age_s(&pending))))
    }

    /// Begins a batch: the rows after the cursor up to this position. Keep this before the batch is sent.
    ///
    /// # Errors
    ///
    /// Another one is pending, or the position is not after the cursor.
    pub fn begin(&mut self, last: u64, now_s: i64) -> Result<Pending, EventError> {
        if let Some(pending) = self.pending {
            return Err(EventError::Pending { last: pending.last });
        }
        if last <= self.cursor {
            return Err(EventError::Order { given: last, after: self.cursor });
        }
        let pending = Pending { first: self.cursor.saturating_add(1), last, began_s: now_s };
        self.pending = Some(pending);
        Ok(pending)
    }

    /// The pending batch was delivered. Keep this when the receiver has said so.
    ///
    /// # Errors
    ///
    /// None is pending.
    pub fn delivered(&mut self) -> Result<(), EventError> {
        self.settle(true)
    }

    /// Says of a batch that could not be sent again whether the receiver has it: an operator who looked there, or a receiver that
    /// refused all of it. A batch that is not there begins anew, with another time.
    ///
    /// # Errors
    ///
    /// None is pending.
    pub fn settle(&mut self, is_there: bool) -> Result<(), EventError> {
        let pending = self.pending.take().ok_or(EventError::NothingPending)?;
        if is_there {
            self.cursor = pending.last;
        }
        Ok(())
    }
}
