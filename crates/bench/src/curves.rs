//! Whether a crossing costs more where there are more threads, or more targets. Hooked and un-hooked take turns in one process,
//! because more targets miss the processor's caches with and without clrhost.

use crate::Failure;
use crate::pair::{self, Pair, Pairs};
use crate::setting::Setting;
use crate::table::Table;
use crate::variant::Variant;

const VARIANTS: [Variant; 2] = [Variant::Counted, Variant::Timed];

/// How much is measured.
pub struct Extent<'a> {
    pub threads: &'a [u32],
    pub targets: &'a [u32],
    /// Rounds in the process.
    pub rounds: u32,
    /// Calls in a round.
    pub calls: u32,
}

/// The tables.
pub fn measure(setting: &Setting, extent: &Extent<'_>) -> Result<String, Failure> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let threads = curve(setting, "threads", extent.calls, extent.rounds, extent.threads)?;
    let targets = curve(setting, "targets", extent.calls / 10, extent.rounds, extent.targets)?;
    Ok(format!(
        "### The curve over threads\n\nNanoseconds of a core for a call of one P/Invoke, from so many threads at once on \
         {cores} cores. Time for which a thread had no core is not in it. Least (median).\n\n{}\n\
         ### The curve over targets\n\nSo many exported functions called in turn by calli, hooked and un-hooked in turns. \
         Least (median).\n\n{}",
        table("threads", &threads, extent.threads),
        table("targets", &targets, extent.targets)
    ))
}

fn curve(
    setting: &Setting,
    what: &str,
    calls: u32,
    rounds: u32,
    numbers: &[u32],
) -> Result<[Pairs; VARIANTS.len()], Failure> {
    let mut args = vec![what.to_owned(), calls.max(1).to_string(), rounds.to_string()];
    args.extend(numbers.iter().map(u32::to_string));
    eprintln!("curves: {}", args.join(" "));
    let [counted, timed] = VARIANTS.map(|variant| pair::run(setting, variant, &args));
    Ok([counted?, timed?])
}

fn table(what: &str, curves: &[Pairs; VARIANTS.len()], numbers: &[u32]) -> String {
    let mut table = Table::new(&[what, "un-hooked ns", "counted: ns more", "un-hooked ns", "timed: ns more"]);
    for number in numbers.iter().map(u32::to_string) {
        let mut cells = vec![number.clone()];
        for curve in curves {
            let Pair { unhooked, .. } = &curve[&number];
            cells.push(format!("{:.1} ({:.1})", unhooked.least(), unhooked.median()));
            cells.push(curve[&number].difference().text());
        }
        table.row(cells);
    }
    table.render()
}
