//! What an instance takes: of each stage the pages of its image that it has changed, and its heap beyond the image.

use super::Effort;
use crate::client::{Call, Connection};
use crate::gateway::Gateway;
use crate::load::Load;
use crate::machine;
use crate::payload::{self, Shape};
use crate::report::Figure;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::time::Duration;

/// Enough that several instances are made, each warm.
const STREAMS: usize = 200;
const OPEN: Shape = Shape { chunks: 2, pause_ms: 4_000 };

/// The memories of one stage, over all instances.
#[derive(Default)]
struct Stage {
    instances: usize,
    image_kib: u64,
    changed_kib: u64,
    heap_kib: u64,
}

/// Memory by stage, which are told apart by the sizes of their images (`cargo xtask size` names them: without the first MiB, which
/// is the stack).
pub async fn instances(gateway: &Gateway, _: &Effort) -> Result<Vec<Figure>> {
    rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files")?;
    let running = gateway.start().await?;
    Connection::open(&running.server).await?.call(&Call::chat(payload::chat(None))).await?;
    let call = Call::chat(payload::chat(Some(OPEN)));
    let mut load = Load::open(&running.server, &call, STREAMS).await?;
    let reading = async {
        tokio::time::sleep(Duration::from_millis(OPEN.pause_ms / 2)).await;
        machine::mappings(running.pid)
    };
    let (run, mappings) = tokio::join!(load.run_requests(STREAMS as u64), reading);
    run?;
    let mappings = mappings.context("mappings are read from /proc, which is not there")?;
    running.stop().await?;
    Ok(by_stage(&mappings).into_values().map(|stage| figure(&stage)).collect())
}

fn figure(stage: &Stage) -> Figure {
    let instances = stage.instances.max(1) as f64;
    let of_one = (stage.changed_kib + stage.heap_kib) as f64 / instances;
    Figure::new(
        format!("memory of the stage with an image of {} KiB", stage.image_kib),
        "KiB",
        of_one,
    )
    .noted(format!(
        "{:.0} of its image, {:.0} of its heap; {} instances",
        stage.changed_kib as f64 / instances,
        stage.heap_kib as f64 / instances,
        stage.instances
    ))
}

/// An image is a private, writable mapping of a file of compiled components; the heap comes right behind it.
fn by_stage(mappings: &[machine::Mapping]) -> BTreeMap<u64, Stage> {
    let mut stages: BTreeMap<u64, Stage> = BTreeMap::new();
    let mut before: Option<(u64, u64)> = None;
    for mapping in mappings {
        let is_image = mapping.file.ends_with(".cwasm") && mapping.is_writable;
        let continued = before.filter(|(_, end)| *end == mapping.begin && mapping.file.is_empty());
        before = match (is_image, continued) {
            (true, _) => {
                let stage = stages.entry(mapping.offset).or_default();
                stage.instances += 1;
                stage.image_kib = stage.image_kib.max((mapping.end - mapping.begin) / 1024);
                stage.changed_kib += mapping.private_dirty_kib;
                Some((mapping.offset, mapping.end))
            }
            (false, Some((image, _))) if mapping.is_writable => {
                stages.entry(image).or_default().heap_kib += mapping.private_dirty_kib;
                Some((image, mapping.end))
            }
            _ => None,
        };
    }
    stages
}
