//! The first count of an instance that was not there.

use super::stage::{ADMIT, SETTLE};
use crate::client::{Call, Connection};
use crate::gateway::Gateway;
use crate::measure::Effort;
use crate::measure::cold::{IDLE, WARM_UP_REQUESTS};
use crate::measure::stages::stage_ns;
use crate::payload;
use crate::report::{Figure, Target};
use crate::samples::Samples;
use anyhow::Result;

/// The difference of two short times needs more of them than a time.
const REPETITIONS: u32 = 3;

/// One gateway's requests: those that found an instance and those that did not; the whole, and the stage of it.
struct Side {
    connection: Connection,
    warm: Samples,
    cold: Samples,
    warm_stage: Samples,
    cold_stage: Samples,
    cold_settle: Samples,
}

/// With limits and without, in turn, on instances that have been dropped.
pub async fn cold(limited: &Gateway, unlimited: &Gateway, effort: &Effort) -> Result<Vec<Figure>> {
    let (with, without) = (limited.start().await?, unlimited.start().await?);
    let call = Call { timing: true, ..Call::chat(payload::chat(None)) };
    let mut limited = Side::warmed_up(Connection::open(&with.server).await?, &call).await?;
    let mut unlimited = Side::warmed_up(Connection::open(&without.server).await?, &call).await?;
    for round in 0..effort.cold_repetitions * REPETITIONS {
        tokio::time::sleep(IDLE).await;
        // The first build of a round finds a machine that was idle.
        let order = if round % 2 == 0 {
            [&mut limited, &mut unlimited]
        } else {
            [&mut unlimited, &mut limited]
        };
        for side in order {
            side.ask_cold(&call).await?;
        }
    }
    with.stop().await?;
    without.stop().await?;
    Ok(figures(&limited, &unlimited))
}

impl Side {
    async fn warmed_up(mut connection: Connection, call: &Call) -> Result<Self> {
        let (mut warm, mut warm_stage) = (Samples::default(), Samples::default());
        for _ in 0..WARM_UP_REQUESTS {
            let answer = connection.call(call).await?;
            warm.push(answer.ns);
            warm_stage.push(stage_ns(&answer.headers, ADMIT)?);
        }
        let [cold, cold_stage, cold_settle] = [(); 3].map(|()| Samples::default());
        Ok(Self { connection, warm, cold, warm_stage, cold_stage, cold_settle })
    }

    async fn ask_cold(&mut self, call: &Call) -> Result<()> {
        let answer = self.connection.call(call).await?;
        self.cold.push(answer.ns);
        self.cold_stage.push(stage_ns(&answer.headers, ADMIT)?);
        self.cold_settle.push(stage_ns(&answer.headers, SETTLE)?);
        Ok(())
    }
}

fn figures(limited: &Side, unlimited: &Side) -> Vec<Figure> {
    let request = Figure::new(
        "cold instance to first count: first request with limits, over without, median",
        "ms",
        limited.cold.median_ms(),
    )
    .over(unlimited.cold.median_ms())
    .reaching(Target::AddedAtMost(1.0))
    .noted(format!(
        "direct is without limits; in it: plans.toml read, the store opened, a 2 KB prompt counted, reserved and settled; quarter to three quarters {} over {}; warm {:.3} over {:.3}; {} each",
        middle(&limited.cold),
        middle(&unlimited.cold),
        limited.warm.median_ms(),
        unlimited.warm.median_ms(),
        limited.cold.len(),
    ));
    let stage = Figure::new(
        "the stage alone on a cold instance (reserve), over a warm one, median",
        "ms",
        limited.cold_stage.median_ms(),
    )
    .over(limited.warm_stage.median_ms())
    .noted(format!(
        "direct is warm; longest {:.2}; without limits {:.3}; settle {:.3}, longest {:.2}",
        limited.cold_stage.max_ms(),
        unlimited.cold_stage.median_ms(),
        limited.cold_settle.median_ms(),
        limited.cold_settle.max_ms(),
    ));
    vec![request, stage]
}

/// Within which half of them lies: whether the difference of two medians says anything.
fn middle(samples: &Samples) -> String {
    format!("{:.2} to {:.2}", samples.percentile_ms(25), samples.percentile_ms(75))
}
