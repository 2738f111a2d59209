//! `wrap`: makes one component of a stage and the one that it stands before.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compose::wrap;
use clap::Args;

use super::{one, write};

/// Composes a component with the one whose interface it imports and exports, as Spin requires of a stage that needs another.
#[derive(Args)]
pub struct Wrap {
    /// The component in front.
    #[arg(value_name = "OUTER.wasm")]
    outer: PathBuf,
    /// The component behind it.
    #[arg(value_name = "INNER.wasm")]
    inner: PathBuf,
    /// Where both go; it is written at once and as a whole.
    #[arg(value_name = "OUT.wasm")]
    to: PathBuf,
}

impl Wrap {
    pub fn run(self) -> Result<(), Vec<String>> {
        let (outer, inner) = (read(&self.outer)?, read(&self.inner)?);
        let both = wrap(&outer, &inner)
            .map_err(|problem| vec![format!("{}: {problem}", self.outer.display())])?;
        write(&self.to, &both).map_err(one)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Vec<String>> {
    fs::read(file).map_err(|error| vec![format!("cannot read {}: {error}", file.display())])
}
