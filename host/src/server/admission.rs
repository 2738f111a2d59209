//! The cap on connections, in all and per address, and which one is closed over it.
//!
//! At the cap the connection that has been silent longest is closed: an idle connection never keeps an active one out.
//! If all are busy, a few more are taken over the cap: they may ask for health, and are otherwise told to retry.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::Clock;
use super::descriptors;
use super::settings::Limits;
use crate::repeated_warning::RepeatedWarning;

/// All connections.
pub struct Admission {
    limits: Limits,
    slots: Mutex<Slots>,
    full: RepeatedWarning,
    full_of_one: RepeatedWarning,
    refused: RepeatedWarning,
}

#[derive(Default)]
struct Slots {
    taken: usize,
    overflow: usize,
    of_address: HashMap<IpAddr, usize>,
    /// Connections without a request, by the order in which they fell silent.
    silent: BTreeMap<u64, Arc<Entry>>,
    next: u64,
}

/// A connection's slot, until it is dropped.
pub struct Slot {
    admission: Arc<Admission>,
    entry: Arc<Entry>,
}

struct Entry {
    clock: Arc<Clock>,
    address: IpAddr,
    overflow: bool,
    state: Mutex<EntryState>,
}

#[derive(Default)]
struct EntryState {
    /// Open requests.
    open: usize,
    /// Its key among the silent ones.
    silent: Option<u64>,
    /// Its slot was given to another connection.
    left: bool,
}

impl Admission {
    /// No connections yet.
    pub fn new(limits: Limits) -> Self {
        let (all, of_one) = (limits.connections, limits.connections_per_address);
        Self {
            limits,
            slots: Mutex::default(),
            full: RepeatedWarning::new(format!(
                "there are {all} connections, which is the cap (max-connections): for a new one, the one that is \
                 silent longest is closed"
            )),
            full_of_one: RepeatedWarning::new(format!(
                "an address has {of_one} connections, which is its cap (max-connections-per-address): for a new one, \
                 its own that is silent longest is closed"
            )),
            refused: RepeatedWarning::new(
                "the cap of connections is reached and all of them are busy: a new one gets 503",
            ),
        }
    }

    /// A slot for a new connection; none if there are too many even over the cap.
    pub fn admit(self: &Arc<Self>, client: SocketAddr) -> Option<Slot> {
        let address = key(client.ip());
        let mut slots = self.lock();
        let overflow = !self.make_room(&mut slots, address);
        if overflow {
            self.refused.note();
            if slots.overflow >= usize::try_from(descriptors::OVERFLOW).unwrap_or(usize::MAX)
                && !slots.evict(|entry| entry.overflow)
            {
                return None;
            }
            slots.overflow = slots.overflow.saturating_add(1);
        } else {
            slots.taken = slots.taken.saturating_add(1);
            let count = slots.of_address.entry(address).or_default();
            *count = count.saturating_add(1);
        }
        let times = if overflow { self.limits.overflow_times } else { self.limits.times };
        let clock = Arc::new(Clock::new(times));
        let entry = Arc::new(Entry { clock, address, overflow, state: Mutex::default() });
        slots.fall_silent(&entry);
        Some(Slot { admission: Arc::clone(self), entry })
    }

    /// Closes the connection that has been silent longest, to free files.
    pub fn evict_one(&self) {
        self.lock().evict(|_| true);
    }

    /// Whether there is room for one more of the address, after a silent one was closed if necessary.
    fn make_room(&self, slots: &mut Slots, address: IpAddr) -> bool {
        let of_address = slots.of_address.get(&address).copied().unwrap_or_default();
        if of_address >= self.limits.connections_per_address {
            self.full_of_one.note();
            return slots.evict(|entry| !entry.overflow && entry.address == address);
        }
        if slots.taken >= self.limits.connections {
            self.full.note();
            return slots.evict(|entry| !entry.overflow);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Closes the one of these that has been silent longest. Under load that is the first, or nearly.
    fn evict(&mut self, fits: impl Fn(&Entry) -> bool) -> bool {
        let found = self.silent.values().find(|entry| fits(entry)).map(Arc::clone);
        let Some(entry) = found else { return false };
        self.leave(&entry);
        entry.clock.evict();
        true
    }

    fn leave(&mut self, entry: &Entry) {
        let mut state = entry.lock();
        if std::mem::replace(&mut state.left, true) {
            return;
        }
        if let Some(key) = state.silent.take() {
            self.silent.remove(&key);
        }
        if entry.overflow {
            self.overflow = self.overflow.saturating_sub(1);
            return;
        }
        self.taken = self.taken.saturating_sub(1);
        if let Some(count) = self.of_address.get_mut(&entry.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.of_address.remove(&entry.address);
            }
        }
    }

    fn fall_silent(&mut self, entry: &Arc<Entry>) {
        let mut state = entry.lock();
        if state.left {
            return;
        }
        self.next = self.next.saturating_add(1);
        self.silent.insert(self.next, Arc::clone(entry));
        state.silent = Some(self.next);
    }
}

impl Entry {
    fn lock(&self) -> MutexGuard<'_, EntryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// The connection's clock.
    pub fn clock(&self) -> &Arc<Clock> {
        &self.entry.clock
    }

    /// Whether it is over the cap.
    pub fn is_overflow(&self) -> bool {
        self.entry.overflow
    }

    /// A request begins.
    pub fn request_begins(&self) {
        let mut slots = self.admission.lock();
        let mut state = self.entry.lock();
        state.open = state.open.saturating_add(1);
        if let Some(key) = state.silent.take() {
            slots.silent.remove(&key);
        }
        drop(state);
        drop(slots);
        self.entry.clock.request_begins();
    }

    /// A request ends.
    pub fn request_ends(&self) {
        let mut slots = self.admission.lock();
        let mut state = self.entry.lock();
        state.open = state.open.saturating_sub(1);
        let silent = state.open == 0;
        drop(state);
        if silent {
            slots.fall_silent(&self.entry);
        }
        drop(slots);
        self.entry.clock.request_ends();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.admission.lock().leave(&self.entry);
    }
}

/// The address that is counted: for IPv6, where every client has 2^64 of them, the network.
fn key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;

    fn admission(all: u64, of_one: u64) -> Arc<Admission> {
        let settings = Settings {
            max_connections: Some(all),
            max_connections_per_address: Some(of_one),
            ..Settings::default()
        };
        Arc::new(Admission::new(settings.limits(10_000).unwrap()))
    }

    fn client(last: u8) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, last], 1))
    }

    fn is_evicted(slot: &Slot) -> bool {
        slot.entry.lock().left
    }

    #[tokio::test]
    async fn at_the_cap_the_one_that_is_silent_longest_goes() {
        let admission = admission(3, 3);
        let slots: Vec<_> = (1..=3).map(|last| admission.admit(client(last)).unwrap()).collect();
        slots[0].request_begins();
        let fourth = admission.admit(client(4)).unwrap();
        assert!(!fourth.is_overflow());
        let evicted: Vec<_> = slots.iter().map(is_evicted).collect();
        assert_eq!(evicted, [false, true, false]);
        // A connection that has had a request counts as younger than one that never had.
        slots[0].request_ends();
        let _fifth = admission.admit(client(5)).unwrap();
        let evicted: Vec<_> = slots.iter().map(is_evicted).collect();
        assert_eq!(evicted, [false, true, true]);
    }

    #[tokio::test]
    async fn an_address_at_its_cap_loses_its_own() {
        let admission = admission(10, 2);
        let other = admission.admit(client(9)).unwrap();
        let first = admission.admit(client(1)).unwrap();
        let _second = admission.admit(client(1)).unwrap();
        let _third = admission.admit(client(1)).unwrap();
        assert!(is_evicted(&first) && !is_evicted(&other));
    }

    #[tokio::test]
    async fn where_all_are_busy_a_few_are_taken_over_the_cap_and_places_come_back() {
        let admission = admission(1, 1);
        let busy = admission.admit(client(1)).unwrap();
        busy.request_begins();
        let over: Vec<_> = (0..40).map(|last| admission.admit(client(last)).unwrap()).collect();
        assert!(over.iter().all(Slot::is_overflow));
        assert_eq!(over.iter().filter(|slot| !is_evicted(slot)).count(), 32);
        over.iter().for_each(Slot::request_begins);
        assert!(admission.admit(client(1)).is_none(), "all of them ask");
        drop((over, busy));
        assert!(!admission.admit(client(1)).unwrap().is_overflow());
        let slots = admission.lock();
        assert_eq!((slots.taken, slots.overflow, slots.of_address.len()), (0, 0, 0));
    }

    #[test]
    fn an_address_of_ipv6_is_its_network() {
        let same =
            |one: &str, other: &str| key(one.parse().unwrap()) == key(other.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:0:0:1"));
        assert!(!same("2001:db8:0:1::1", "2001:db8:0:2::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}
