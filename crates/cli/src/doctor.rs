//! `clrhost doctor`: what is installed, what would be used, what is in the way.

use crate::args::Doctor;
use crate::exit_code;
use crate::run::host_options;
use crate::verified::{self, Installed};
use clrhost::engine::{App, Environment, Located, Requirements, locate};
use clrhost::{Error, ThunkMemory, check_environment, check_thunks};
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
    print_source(&mut out)?;
    let runtimes = located.roots.iter().flat_map(|root| &root.runtimes);
    verified::print(&mut out, &runtimes.filter_map(Installed::of).collect::<Vec<_>>())?;
    if let Some(app) = &options.app {
        writeln!(out, "\nApplication {}", app.display())?;
        match check_application(app, options, &environment, &located) {
            Ok(findings) => findings.iter().try_for_each(|finding| writeln!(out, "  ok  {finding}"))?,
            Err(error) => {
                writeln!(out, "  !!  {}", error.to_string().replace('\n', "\n      "))?;
                codes.push(exit_code::of_error(&error));
            }
        }
    }
    // The first finding is the one to mend first.
    Ok(codes.first().copied().unwrap_or(0))
}

/// What crossings are seen by, and what could be in its way. What of a runtime cannot be changed shows when it runs, in the
/// report.
fn print_source(out: &mut impl Write) -> io::Result<()> {
    match check_thunks() {
        Ok(ThunkMemory::File) => writeln!(out, "  ok  thunks can be made (docs/sources.md)"),
        Ok(ThunkMemory::Plain) => writeln!(
            out,
            "  !!  thunks can be made, but the system does not let files in memory be executed: delegates that\n      \
             come back from native code in a structure are other objects then. --source flag does without thunks"
        ),
        Err(error) => writeln!(
            out,
            "  !!  thunks cannot be made, as the system lets no memory be executed that was written: {error}.\n      \
             Use --source flag"
        ),
    }
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
) -> Result<[String; 2], Error> {
    let host_options = host_options(&options.hosting);
    let app = App::open(path, &host_options)?;
    let requirements = Requirements::new(&app.config, &host_options, environment)?;
    let selection = requirements.select(located)?;
    let wanted: Vec<String> =
        requirements.frameworks.iter().map(|wanted| format!("{} {}", wanted.name, wanted.version)).collect();
    let gets = format!(
        "wants {}, gets {} from {}",
        wanted.join(", "),
        selection.runtime,
        selection.root.path.display()
    );
    // Where the application's first framework is another one, hostfxr chooses the runtime below it.
    let core = Installed::of(&selection.runtime)
        .or_else(|| selection.root.runtimes.iter().find_map(Installed::of))
        .and_then(|runtime| runtime.series());
    Ok([gets, verified::chosen(core).to_owned()])
}
