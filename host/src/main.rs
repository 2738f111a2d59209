//! `postern-host`: runs and checks applications, and manages their stores.

use std::process::ExitCode;

use clap::Parser;
use postern_host::cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(cli::Command::parse()) {
        Ok(code) => code,
        Err(problems) => {
            for problem in problems {
                eprintln!("error: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}
