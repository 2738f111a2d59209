//! What a fleet of instances does when vendors fail or are slow.

mod simulation;
mod state;
pub mod store;

use crate::random::Random;
use crate::world::{asked, catalogue, model, provider};
use simulation::{Attempt, Plan, is_within, run};

const STRATEGIES: [&str; 6] =
    ["ordered", "weighted", "cheapest", "fastest", "least_loaded", "sticky"];

#[test]
fn a_vendor_that_fails_is_left_alone_but_for_probes() {
    for (seed, strategy) in STRATEGIES.into_iter().enumerate() {
        let instances: &[usize] = if strategy == "ordered" { &[1, 4, 12] } else { &[4] };
        for instances in instances.iter().copied() {
            let mut plan = Plan::new(strategy, seed as u64 + 10);
            plan.instances = instances;
            plan.vendors[0].is_down = (10_000, 70_000);
            let fleet = run(&plan);
            fleet.check();
            let what = format!("{strategy}, {instances} instances");
            let errors = fleet.error_share(12_000, 70_000);
            assert!(errors <= 0.001, "{what}: {errors}");
            let during = || {
                let of_broken = fleet.begun.iter().filter(|one| one.vendor == "p0/m");
                of_broken.filter(|one| is_within((12_000, 70_000), one.at_ms))
            };
            // Fast routing leaves it before the breaker has counted enough.
            let unprobed = during().filter(|one| !one.is_probe).count();
            let most = if strategy == "fastest" { 10 } else { 0 };
            assert!(unprobed <= most, "{what}: {unprobed} requests that were no probes");
            // Open for 5, 10, 20 and 40 s: three probes, and some by instances that a lost write has not told.
            let probes = during().count() - unprobed;
            assert!(probes <= 3 + instances, "{what}: {probes} probes");
        }
    }
}

#[test]
fn a_vendor_that_is_back_gets_its_requests_again() {
    let mut returns = Vec::new();
    for seed in 50..56 {
        let mut plan = Plan::new("ordered", seed);
        plan.vendors[0].is_down = (10_000, 30_000);
        let fleet = run(&plan);
        fleet.check();
        let passes = |one: &&Attempt| one.vendor == "p0/m" && !one.is_probe && one.at_ms > 30_000;
        returns.push(fleet.begun.iter().find(passes).map_or(u64::MAX, |one| one.at_ms));
    }
    // The probes are at about 15, 25 and 45 s; one whose instance ends with it is repeated 30 s later.
    let soon = returns.iter().filter(|at| (45_000..48_000).contains(*at)).count();
    assert!(soon >= 4, "{returns:?}");
    assert!(returns.iter().all(|at| *at < 80_000), "{returns:?}");
}

#[test]
fn without_the_store_each_instance_finds_out_by_itself() {
    let mut plan = Plan::new("ordered", 4);
    plan.vendors[0].is_down = (10_000, 70_000);
    plan.store_down = (0, 90_000);
    let fleet = run(&plan);
    fleet.check();
    let errors = fleet.error_share(12_000, 70_000);
    assert!(errors <= 0.001, "{errors}");
    // Each instance lives for about 9 s and has to see five failures.
    let during = fleet.begun.iter().filter(|one| one.vendor == "p0/m");
    let during = during.filter(|one| is_within((12_000, 70_000), one.at_ms)).count();
    assert!(during < 400, "{during}");
}

#[test]
fn fastest_leaves_a_slow_vendor() {
    for seed in 20..22 {
        let plan = Plan::new("fastest", seed);
        let healthy = run(&plan);
        healthy.check();
        let usual = healthy.percentile(0.99, 0, 90_000);
        for slow in 0..3 {
            let mut plan = Plan::new("fastest", seed);
            plan.vendors[slow].is_slow = (0, 90_000);
            let fleet = run(&plan);
            fleet.check();
            let with_slow = fleet.percentile(0.99, 2_000, 90_000);
            assert!(
                with_slow as f64 <= 1.3 * usual as f64,
                "seed {seed}, p{slow}: {with_slow} ms, {usual} ms without"
            );
        }
    }
}

#[test]
fn hedging_covers_the_time_until_a_slow_vendor_is_known() {
    for (slow, seed) in [(0, 30), (1, 31), (2, 32)] {
        let mut plan = Plan::new("fastest", seed);
        plan.hedges = true;
        let usual = run(&plan).percentile(0.99, 0, 90_000);
        plan.vendors[slow].is_slow = (30_000, 90_000);
        let fleet = run(&plan);
        fleet.check();
        let with_slow = fleet.percentile(0.99, 30_000, 90_000);
        assert!(with_slow as f64 <= 1.3 * usual as f64, "p{slow}: {with_slow} ms, {usual} ms");
        let hedged = fleet.outcomes.iter().filter(|one| one.attempts.len() > 1).count();
        assert!(hedged * 100 <= fleet.outcomes.len() * 21, "{hedged} of {}", fleet.outcomes.len());
    }
}

#[test]
fn a_canary_of_5_percent_gets_5_percent_of_the_traffic() {
    let models = [provider("p", ""), model("stable", "", &["p"]), model("canary", "", &["p"])];
    let routes = "[[route]]\nalias = \"r\"\nstrategy = \"weighted\"\nsame_for = \"conversation\"\n[[route.target]]\nmodel = \"stable\"\nweight = 95\n[[route.target]]\nmodel = \"canary\"\nweight = 5\n";
    let catalogue = catalogue(&models, routes);
    for seed in 40..43 {
        let (mut asked, mut random) = (asked(), Random(seed));
        let mut canaries = 0;
        for _ in 0..20_000 {
            asked.signals.conversation = Some(random.next());
            canaries += u32::from(asked.order(&catalogue, "r")[0] == "p/canary");
        }
        assert!((900..=1_100).contains(&canaries), "seed {seed}: {canaries} of 20000");
    }
}
