//! Many callers at once.

use postern_store::Gate;

use super::{Start, Store, counter, gate, is_admitted, read};

const CALLERS: usize = 200;
const PROCESSES: usize = 20;

/// Which callers were admitted, when all come at once with these gates.
fn race(store: &impl Store, gates: impl Fn(usize) -> Vec<Gate> + Sync) -> Vec<bool> {
    let start = Start::of(PROCESSES);
    let process = |process: usize| {
        let counters = store.open();
        let all: Vec<_> = (process..CALLERS).step_by(PROCESSES).map(&gates).collect();
        start.wait();
        let admitted = all.iter().map(|gates| is_admitted(&counters, gates));
        (process..CALLERS).step_by(PROCESSES).zip(admitted.collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let process = &process;
    let mut admitted: Vec<_> = std::thread::scope(|scope| {
        let processes: Vec<_> =
            (0..PROCESSES).map(|number| scope.spawn(move || process(number))).collect();
        processes.into_iter().flat_map(|process| process.join().unwrap()).collect()
    });
    admitted.sort_unstable();
    admitted.into_iter().map(|(_, is_admitted)| is_admitted).collect()
}

fn count(admitted: &[bool]) -> u64 {
    admitted.iter().map(|is_admitted| u64::from(*is_admitted)).sum()
}

fn value(store: &impl Store, name: &str) -> u64 {
    u64::try_from(read(&store.open(), &[name])[0].unwrap()).unwrap()
}

pub fn admits_exactly_as_many_as_fit(store: &impl Store, runs: u64) {
    for run in 0..runs {
        let at_most = [1, 2, 7, 50, 199, 200, 300][usize::try_from(run % 7).unwrap()];
        let name = format!("run {run}");
        let admitted = count(&race(store, |_| vec![gate(&name, 3, 3 * at_most + 2)]));
        assert_eq!(admitted, at_most.min(200), "run {run}");
        assert_eq!(value(store, &name), 3 * admitted);
    }
}

pub fn admits_exactly_what_keys_teams_and_tenants_all_admit(store: &impl Store, runs: u64) {
    for run in 0..runs {
        // Eight keys in four teams in one tenant.
        let [of_key, of_team, of_tenant] =
            [[5, 25, 1_000], [9, 12, 1_000], [20, 30, 37], [30, 60, 111]]
                [usize::try_from(run % 4).unwrap()];
        let admitted = race(store, |caller| {
            vec![
                gate(&format!("{run} key {}", caller % 8), 1, of_key),
                gate(&format!("{run} team {}", caller % 4), 1, of_team),
                gate(&format!("{run} tenant"), 1, of_tenant),
            ]
        });
        let in_keys = of_key.min(25);
        let in_teams = (2 * in_keys).min(of_team);
        assert_eq!(count(&admitted), (4 * in_teams).min(of_tenant), "run {run}");
        assert_eq!(value(store, &format!("{run} tenant")), count(&admitted));
        let sum = |what: &str, many: u64| -> u64 {
            (0..many).map(|number| value(store, &format!("{run} {what} {number}"))).sum()
        };
        assert_eq!([sum("key", 8), sum("team", 4)], [count(&admitted); 2]);
    }
}

pub fn admits_one_model_exactly_while_another_is_exhausted(store: &impl Store, runs: u64) {
    for run in 0..runs {
        let of_model = |model: usize, at_most| gate(&format!("{run} key+{model}"), 1, at_most);
        let of_key = gate(&format!("{run} key"), 1, 63);
        // The second model has 5 left, or none.
        let left = run % 2 * 5;
        let admitted = race(store, |caller| match caller % 2 {
            0 => vec![of_model(0, 1_000), of_key.clone()],
            _ => vec![of_model(1, left), of_key.clone()],
        });
        assert_eq!(count(&admitted), 63, "run {run}");
        let second: Vec<_> = admitted.into_iter().skip(1).step_by(2).collect();
        assert!(count(&second) <= left);
        assert_eq!(value(store, &of_model(1, 0).counter.name), count(&second));
        assert_eq!(value(store, &of_model(0, 0).counter.name), 63 - count(&second));
    }
}

/// Callers of two minutes: each adds to its own slot and reads the other.
pub fn shares_a_limit_between_two_slots(store: &impl Store, runs: u64) {
    for run in 0..runs {
        let slot = |number: usize| counter(&format!("{run} slot {}", number % 2));
        let gates = |caller| {
            let also = vec![slot(caller + 1), counter(&format!("{run} used"))];
            vec![Gate { counter: slot(caller), add: 1, also, at_most: 40 }]
        };
        let admitted = count(&race(store, gates));
        assert!(admitted <= 40, "run {run}: {admitted}");
        // Two who met at the last place may both have been refused; it is not lost.
        let counters = store.open();
        for caller in 0..usize::try_from(40 - admitted).unwrap() {
            assert!(is_admitted(&counters, &gates(caller)), "run {run}: {admitted}");
        }
        assert!(!is_admitted(&counters, &gates(1)), "run {run}");
        assert_eq!(value(store, &slot(0).name) + value(store, &slot(1).name), 40);
    }
}

pub fn never_exceeds_limits_that_overlap(store: &impl Store, runs: u64) {
    for run in 0..runs {
        let gates = |caller: usize| {
            let add = 1 + u64::try_from(caller % 3).unwrap();
            let key = gate(&format!("{run} key {}", caller % 4), add, 31);
            let model = gate(&format!("{run} model {}", caller % 3), add, 37);
            if caller.is_multiple_of(2) { vec![key, model] } else { vec![model, key] }
        };
        let admitted = race(store, gates);
        let expected = |name: &str| -> u64 {
            let of = (0..CALLERS).filter(|caller| admitted[*caller]).flat_map(gates);
            of.filter(|gate| gate.counter.name == name).map(|gate| gate.add).sum()
        };
        for (what, many, at_most) in [("key", 4, 31), ("model", 3, 37)] {
            for number in 0..many {
                let name = format!("{run} {what} {number}");
                assert_eq!(value(store, &name), expected(&name), "{name}");
                assert!(expected(&name) <= at_most, "{name}");
            }
        }
    }
}
