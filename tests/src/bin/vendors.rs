//! Serves one of the fakes, for an official SDK or a curious person: `vendors anthropic 8081`. It says where, and of
//! Google on the second line the key file of its service account.

use postern_tests::vendors::{Fake, Vendor, service_account};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map(String::as_str).unwrap_or_default();
    let port = arguments.get(1).map_or(Ok(0), |port| port.parse());
    let vendor = Vendor::ALL.into_iter().find(|vendor| vendor.name() == name);
    let (Some(vendor), Ok(port)) = (vendor, port) else {
        let names = Vendor::ALL.map(Vendor::name).join("|");
        eprintln!("usage: vendors {names} [PORT]");
        return ExitCode::FAILURE;
    };
    let fake = Fake::start_at(vendor, port);
    println!("{}", fake.origin());
    if vendor == Vendor::Google {
        println!("{}", service_account(&fake.origin()));
    }
    loop {
        std::thread::park();
    }
}
