//! `clrhost doctor`: what is installed, what would be used, what is in the way.

use crate::args::Doctor;
use crate::exit_code;
use crate::run::host_options;
use clrhost::engine::{App, Environment, Located, Requirements, locate};
use clrhost::{Error, check_environment};
use std::io::{self, Write};
use std::path::Path;

/// Prints the findings and gives the exit code.
pub fn doctor(options: &Doctor) -> io::Result<i32> {
    let environment = Environment::of_process();
    let located = locate(options.hosting.dotnet_root.as_deref(), &environment);
    let mut out = io::stdout().lock();
    print_roots(&mut out, &located)?;
    let mut codes = Vec::new();
    if located.roots.is_empty() {
        writeln!(
            out,
            "\nNo .NET was found. Install a .NET runtime (https://dotnet.microsoft.com/download), or set"
        )?;
        writeln!(out, "DOTNET_ROOT to a folder that has host/fxr and shared in it.")?;
        codes.push(exit_code::NO_DOTNET);
    }
    writeln!(out, "\nSettings")?;
    match check_environment() {
        Ok(()) => writeln!(out, "  ok  nothing keeps the probe out")?,
        Err(error) => {
            writeln!(out, "  !!  {error}")?;
            codes.push(exit_code::OTHER_PROFILER);
        }
    }
    if let Some(app) = &options.app {
        writeln!(out, "\nApplication {}", app.display())?;
        match check_application(app, options, &environment, &located) {
            Ok(chosen) => writeln!(out, "  ok  {chosen}")?,
            Err(error) => {
                writeln!(out, "  !!  {}", error.to_string().replace('\n', "\n      "))?;
                codes.push(exit_code::of_error(&error));
            }
        }
    }
    // The first finding is the one to mend first.
    Ok(codes.first().copied().unwrap_or(0))
}

fn print_roots(out: &mut impl Write, located: &Located) -> io::Result<()> {
    writeln!(out, "Installed .NET, in the order of preference")?;
    if located.roots.is_empty() {
        writeln!(out, "  none")?;
    }
    for root in &located.roots {
        writeln!(out, "  {}   ({})", root.path.display(), root.source)?;
        for runtime in &root.runtimes {
            writeln!(out, "      {runtime}")?;
        }
        if let Some(hostfxr) = root.newest_hostfxr() {
            writeln!(out, "      hostfxr {}", hostfxr.version)?;
        }
    }
    if !located.rejected.is_empty() {
        writeln!(out, "\nLooked at and not usable")?;
        for rejected in &located.rejected {
            writeln!(out, "  {rejected}")?;
        }
    }
    Ok(())
}

fn check_application(
    path: &Path,
    options: &Doctor,
    environment: &Environment,
    located: &Located,
) -> Result<String, Error> {
    let host_options = host_options(&options.hosting);
    let app = App::open(path, &host_options)?;
    let requirements = Requirements::new(&app.config, &host_options, environment)?;
    let selection = requirements.select(located)?;
    let wanted: Vec<String> =
        requirements.frameworks.iter().map(|wanted| format!("{} {}", wanted.name, wanted.version)).collect();
    Ok(format!(
        "wants {}, gets {} from {}",
        wanted.join(", "),
        selection.runtime,
        selection.root.path.display()
    ))
}
