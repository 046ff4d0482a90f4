//! `cargo xtask COMMAND`: everything that building, showing and testing clrhost needs beyond `cargo build`.
//!
//! Each command first gets what is missing on this machine, with one line of output for each thing,
//! and asks for nothing. Steps whose results are newer than their inputs are skipped.

mod abi;
mod bench;
mod compiler;
mod debian;
mod demo;
mod dotnet;
mod fixtures;
mod load;
mod miri;
mod models;
mod mutants;
mod nightly;
mod pinned;
mod programs;
mod python;
mod sanitize;
mod shim;
mod supply;
mod test;
mod versions;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND

  setup           get a .NET runtime, a C# compiler and the libraries that the rest needs
  demo            build clrhost and the SQLite sample, and run the sample under clrhost
  fixtures        build the test programs
  test [FILTER]   run all tests; with FILTER only the tests whose names contain it
  test --dotnet ROOT|VERSION [FILTER]
                  run the tests of real programs on that .NET; 3.1, 8 and 9 are fetched if they are not installed
  models [FILTER] run the models of the core's protocols, and tell how many interleavings each has
                  (LOOM_MAX_PREEMPTIONS=2 cargo xtask models: more than the usual ones)
  mutants [FILTER]  break the core in one way after the other: each must make its model fail
  miri [ARGS]     run the core's tests in Miri; needs a nightly Rust
  sanitize address|thread [PACKAGE...] [-- ARGS...]
                  run tests under a sanitizer; needs a nightly Rust. For example: cargo xtask sanitize thread boundary
  audit           check what clrhost is built from, advisories too, and the files that are shipped
  bench [ARGS]    run the benchmarks
  load [ARGS]     run everything at once for minutes or hours, and judge that nothing is lost; `load --help` says more
  cooperative     build the cooperative host and its load, and compare it with .NET by itself
  shim [--check]  compile clrhost's managed part, or compare it with what is checked in
  abi [--check]   write the hosting interfaces and headers from Microsoft's metadata, or compare them
";

/// What went wrong, in words for the person at the terminal.
type Failure = String;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = args.split_first().map_or(("", &args[..]), |(c, rest)| (c.as_str(), rest));
    let result = match (command, rest) {
        ("setup", []) => setup().map(|_| 0),
        ("demo", args) => demo::run(args),
        ("fixtures", []) => setup().and_then(|_| fixtures::build()).map(|()| 0),
        ("test", [option, name, rest @ ..]) if option == "--dotnet" && rest.len() < 2 => {
            test::on(name, rest.first().map(String::as_str))
        }
        ("test", [] | [_]) => test::run(rest.first().map(String::as_str)),
        ("audit", []) => supply::audit(),
        ("models", [] | [_]) => models::run(rest.first().map(String::as_str)),
        ("mutants", [] | [_]) => models::mutants(rest.first().map(String::as_str)),
        ("miri", args) => miri::test(args),
        ("sanitize", args) => sanitize::test(args),
        ("bench", args) => bench::run(args),
        ("abi", args) => abi::generate(args),
        ("shim", args) => shim::generate(args),
        ("load", args) => load::run(args),
        ("cooperative", args) => demo::cooperative(args),
        ("help" | "--help" | "-h", _) => {
            print!("{USAGE}");
            Ok(0)
        }
        _ => {
            eprint!("{USAGE}");
            Ok(2)
        }
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Gets what every command needs, and answers with the .NET to run on.
fn setup() -> Result<dotnet::Dotnet, Failure> {
    compiler::ensure()?;
    debian::ensure_library("libsqlite3.so.0", "libsqlite3-0")?;
    dotnet::ensure()
}
