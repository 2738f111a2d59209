//! A spare instance: made ready while others serve, so that no request waits for one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::maker::{Files, Made, Maker};

/// Whether there are spare instances, and for how long.
#[derive(Clone, Debug)]
pub struct SpareInstances {
    /// The path that a spare answers once, to read and build what it needs.
    pub warm_up_path: String,
    /// How long an unused one is kept: without requests an application ends with its last instance.
    pub kept: Duration,
}

/// The number of the next spare.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The place for one spare instance of a component.
pub struct Spare {
    maker: Arc<Maker>,
    policy: Option<SpareInstances>,
    place: Arc<Mutex<Place>>,
}

#[derive(Default)]
enum Place {
    #[default]
    Empty,
    /// Made, and not warm: the host made it at its start.
    Begun(Box<Made>),
    Making,
    Ready {
        made: Box<Made>,
        files: Files,
        /// Tells one spare from the next.
        number: u64,
    },
}

impl Spare {
    /// Without a policy it stays empty.
    pub fn new(maker: Arc<Maker>, policy: Option<SpareInstances>) -> Self {
        Self { maker, policy, place: Arc::default() }
    }

    /// Begins with an instance that is not warm.
    pub fn begin_with(&self, made: Made) {
        if self.policy.is_some() {
            *lock(&self.place) = Place::Begun(Box::new(made));
        }
    }

    /// The spare instance, unless files of the component have changed since it was made.
    pub fn take(&self) -> Option<Made> {
        self.policy.as_ref()?;
        let mut place = lock(&self.place);
        if matches!(*place, Place::Making) {
            return None;
        }
        let taken = std::mem::take(&mut *place);
        drop(place);
        match taken {
            Place::Ready { made, files, .. } => {
                (self.maker.files() == Some(files)).then_some(*made)
            }
            Place::Begun(made) => Some(*made),
            Place::Empty | Place::Making => None,
        }
    }

    /// Begins to make one, if there is none.
    pub fn refill(&self) {
        let Some(policy) = self.policy.clone() else { return };
        let mut draining = self.maker.shared.draining.subscribe();
        let mut place = lock(&self.place);
        if matches!(*place, Place::Making | Place::Ready { .. }) || *draining.borrow() {
            return;
        }
        let begun = match std::mem::replace(&mut *place, Place::Making) {
            Place::Begun(made) => Some(*made),
            _ => None,
        };
        drop(place);
        let (maker, place) = (Arc::clone(&self.maker), Arc::clone(&self.place));
        tokio::spawn(async move {
            let number = made(&maker, begun, &policy, &place).await;
            let draining = async {
                // An error means that the application is gone.
                let _ = draining.wait_for(|draining| *draining).await;
            };
            let _ = tokio::time::timeout(policy.kept, draining).await;
            let unused = {
                let mut place = lock(&place);
                let is_same =
                    matches!(&*place, Place::Ready { number: other, .. } if Some(*other) == number);
                if is_same { std::mem::take(&mut *place) } else { Place::Empty }
            };
            drop(unused);
        });
    }
}

/// Fills the place, and returns the number of what is there.
async fn made(
    maker: &Maker,
    begun: Option<Made>,
    policy: &SpareInstances,
    place: &Mutex<Place>,
) -> Option<u64> {
    // Before it reads them: a change meanwhile shows.
    let files = maker.files();
    let warm = async {
        let made = match begun {
            Some(made) => made,
            None => maker.make().await?,
        };
        maker.warm_up(made, &policy.warm_up_path).await
    };
    let made = match files {
        Some(_) => warm.await.map(Some),
        None => Ok(None),
    };
    let mut place = lock(place);
    match (files, made) {
        (Some(files), Ok(Some(made))) => {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            *place = Place::Ready { made: Box::new(made), files, number };
            Some(number)
        }
        (_, Ok(_)) => {
            *place = Place::Empty;
            None
        }
        (_, Err(error)) => {
            *place = Place::Empty;
            eprintln!("error: a spare instance of `{}` failed: {error:?}", maker.component.id);
            None
        }
    }
}

fn lock(place: &Mutex<Place>) -> MutexGuard<'_, Place> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
