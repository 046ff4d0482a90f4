//! What one crossing costs, there and back. The fixture `Bench` measures itself: the hooked and the un-hooked path of the same
//! call in turns. What the runtime reports itself is always seen; that is compared with `dotnet`, run in the same round.

use crate::Failure;
use crate::budget::Budget;
use crate::pair::{self, Difference, Pairs};
use crate::sample::Sample;
use crate::setting::Setting;
use crate::table::Table;
use crate::variant::Variant::{self, *};
use std::collections::BTreeMap;

const VARIANTS: [Variant; 12] = [
    Dotnet,
    Counted,
    Timed,
    Recorded,
    RustHost,
    RustHostTimed,
    ComHost,
    EmptyProbe,
    FlagCounted,
    FlagTimed,
    FlagRustHost,
    DotnetAgain,
];
const FOREIGN: [Variant; 4] = [FridaReplace, FridaC, FridaJavaScript, Uretprobe];

/// Names in the fixture's line, and headings.
const KINDS: [(&str, &str); 5] = [
    ("pinvoke", "P/Invoke"),
    ("pointer", "exported pointer, calli"),
    ("suppressed", "SuppressGCTransition"),
    ("delegate", "callback, delegate"),
    ("unmanaged", "callback, UnmanagedCallersOnly"),
];
const MARSHAL: &str = "marshal";

/// How often and how long.
#[derive(Clone, Copy)]
pub struct Extent {
    /// Each variant is run so often.
    pub runs: u32,
    /// Rounds within a run.
    pub rounds: u32,
    /// Calls in a loop of a round: some tenths of a millisecond, so that most go undisturbed even on a machine with neighbours.
    pub calls: u32,
    /// Hooks of others too, as far as they are there.
    pub foreign: bool,
}

/// All runs of each variant; run number n of each was in the same round.
pub struct Crossings {
    runs: BTreeMap<Variant, Vec<Pairs>>,
    missing: Vec<(Variant, Failure)>,
}

impl Crossings {
    /// Runs everything. What needs something that this machine has not is left out.
    pub fn measure(setting: &Setting, extent: Extent) -> Result<Crossings, Failure> {
        let mut crossings = Crossings { runs: BTreeMap::new(), missing: Vec::new() };
        if let Err(reason) = setting.compile_com_host() {
            crossings.missing.push((ComHost, reason));
        }
        for round in 1..=extent.runs {
            eprintln!("crossings: round {round} of {}", extent.runs);
            for variant in VARIANTS {
                if !crossings.misses(variant) {
                    let run = pair::run(setting, variant, &args(extent, extent.calls))?;
                    crossings.runs.entry(variant).or_default().push(run);
                }
            }
        }
        for variant in FOREIGN.into_iter().filter(|_| extent.foreign) {
            // Dear hooks need fewer calls.
            match pair::run(setting, variant, &args(extent, extent.calls.min(2000))) {
                Ok(run) => crossings.runs.entry(variant).or_default().push(run),
                Err(reason) => crossings.missing.push((variant, reason)),
            }
        }
        Ok(crossings)
    }

    fn misses(&self, variant: Variant) -> bool {
        self.missing.iter().any(|(missing, _)| *missing == variant)
    }

    fn of(&self, variant: Variant) -> &[Pairs] {
        self.runs.get(&variant).map_or(&[], Vec::as_slice)
    }

    /// What a crossing costs above the un-hooked call of the same process, or above that under `dotnet` in the same round.
    fn cost(&self, variant: Variant, kind: &str) -> Difference {
        if !variant.sees_everything() {
            return Difference::middle(self.of(variant).iter().map(|run| run[kind].difference()));
        }
        self.above_dotnet(variant, kind)
    }

    fn above_dotnet(&self, variant: Variant, kind: &str) -> Difference {
        let rounds = self.of(variant).iter().zip(self.of(Dotnet));
        Difference::middle(rounds.map(|(run, dotnet)| Difference {
            least: run[kind].hooked.least() - dotnet[kind].hooked.least(),
            median: run[kind].hooked.median() - dotnet[kind].hooked.median(),
        }))
    }

    /// Delegate marshalling: to a target that is not hooked, so that nothing but the delegate costs more.
    fn marshalling(&self, variant: Variant) -> Difference {
        let rounds = self.of(variant).iter().zip(self.of(Dotnet));
        Difference::middle(rounds.map(|(run, dotnet)| Difference {
            least: run[MARSHAL].unhooked.least() - dotnet[MARSHAL].unhooked.least(),
            median: run[MARSHAL].unhooked.median() - dotnet[MARSHAL].unhooked.median(),
        }))
    }

    /// An un-hooked call, in times of the same under `dotnet`: by the least values, and by the medians.
    fn unhooked(&self, variant: Variant, kind: &str) -> (f64, f64) {
        let (mut least, mut median) = (Sample::default(), Sample::default());
        for (run, dotnet) in self.of(variant).iter().zip(self.of(Dotnet)) {
            least.push(run[kind].unhooked.least() / dotnet[kind].unhooked.least());
            median.push(run[kind].unhooked.median() / dotnet[kind].unhooked.median());
        }
        (least.median(), median.median())
    }

    /// How much an un-hooked call differs between two runs of `dotnet`: the middle of the differences, whatever their sign.
    fn noise(&self, kind: &str) -> f64 {
        let mut noise = Sample::default();
        for (run, dotnet) in self.of(DotnetAgain).iter().zip(self.of(Dotnet)) {
            noise.push((run[kind].unhooked.median() / dotnet[kind].unhooked.median() - 1.0).abs());
        }
        noise.median()
    }

    /// The lines of the table of budgets.
    pub fn budgets(&self) -> Vec<Budget> {
        let (least, median) = self.unhooked(Timed, "pinvoke");
        let cost = |what, limit, variant, kind| Budget::ns(what, limit, self.cost(variant, kind));
        vec![
            Budget::unchanged("un-hooked target with clrhost loaded", self.noise("pinvoke"), least, median),
            cost("P/Invoke, counted", 4.0, Counted, "pinvoke"),
            cost("P/Invoke, timed", 22.0, Timed, "pinvoke"),
            cost("P/Invoke, timed and recorded in a file", 40.0, Recorded, "pinvoke"),
            cost("P/Invoke, a Rust host called on both sides", 8.0, RustHost, "pinvoke"),
            cost("P/Invoke, a COM host called on both sides", 8.0, ComHost, "pinvoke"),
            cost("callback by delegate, a Rust host called on both sides", 7.0, RustHost, "delegate"),
            cost(
                "callback by UnmanagedCallersOnly, a Rust host called on both sides",
                7.0,
                RustHost,
                "unmanaged",
            ),
            cost("callback by delegate, a COM host called on both sides", 7.0, ComHost, "delegate"),
            Budget::ns("delegate marshalling, a call", 10.0, self.marshalling(Timed)),
        ]
    }

    /// The tables.
    pub fn tables(&self) -> String {
        let missing = |(variant, reason): &(Variant, Failure)| {
            let reason = reason.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            format!("\nNot measured: {}: {reason}\n", variant.name())
        };
        [
            self.costs(),
            self.missing.iter().map(missing).collect(),
            self.unhooked_table(),
            self.marshalling_table(),
        ]
        .concat()
    }

    fn costs(&self) -> String {
        let headings = ["ns above the un-hooked call"].into_iter().chain(KINDS.map(|(_, heading)| heading));
        let mut table = Table::new(&headings.collect::<Vec<_>>());
        let all = self.runs.values().flatten();
        // The same function twice, in every process there was: what differs without a reason.
        let first = |kind: &'static str| {
            let cost = Difference::middle(all.clone().map(|run| run[kind].difference()));
            [cost.text()].into_iter().chain(KINDS[1..].iter().map(|_| "-".to_owned()))
        };
        table.row(
            ["nothing: the same function under another name".to_owned()].into_iter().chain(first("control")),
        );
        table.row(["a counter for each thread, by hand".to_owned()].into_iter().chain(first("wrapper")));
        for variant in VARIANTS.into_iter().chain(FOREIGN) {
            if self.of(variant).is_empty() || matches!(variant, Dotnet | DotnetAgain) {
                continue;
            }
            let cell = |(kind, _): (&str, &str)| match variant.foreign() {
                Some(_) if kind != "pinvoke" => "-".to_owned(),
                _ => self.cost(variant, kind).text(),
            };
            table.row([variant.name().to_owned()].into_iter().chain(KINDS.map(cell)));
        }
        format!(
            "### A crossing, there and back\n\nThe difference of the least values, and in brackets the median of the \
             differences within a round. The un-hooked call is in the same process and takes turns with the hooked one, \
             but for the empty profiler callback and the flag, which see every call: those are compared with `dotnet`, \
             run in the same round.\n\n{}",
            table.render()
        )
    }

    fn unhooked_table(&self) -> String {
        let headings = ["times of `dotnet`"].into_iter().chain(KINDS.map(|(_, heading)| heading));
        let mut table = Table::new(&headings.collect::<Vec<_>>());
        let dotnet = KINDS.map(|(kind, _)| {
            let least = Difference::middle(self.of(Dotnet).iter().map(|run| {
                let unhooked = &run[kind].unhooked;
                Difference { least: unhooked.least(), median: unhooked.median() }
            }));
            format!("{:.1} ({:.1}) ns", least.least, least.median)
        });
        table.row(["`dotnet`".to_owned()].into_iter().chain(dotnet));
        for variant in [DotnetAgain, Counted, Timed, RustHost, ComHost] {
            if self.of(variant).is_empty() {
                continue;
            }
            let cells = KINDS.map(|(kind, _)| {
                let (least, median) = self.unhooked(variant, kind);
                format!("{least:.2} ({median:.2})")
            });
            table.row([variant.name().to_owned()].into_iter().chain(cells));
        }
        format!("\n### An un-hooked call with clrhost loaded\n\n{}", table.render())
    }

    fn marshalling_table(&self) -> String {
        let mut table = Table::new(&["a P/Invoke with a delegate for an argument", "ns above `dotnet`"]);
        for variant in [DotnetAgain, Counted, Timed, RustHost, ComHost, EmptyProbe, FlagCounted] {
            if self.of(variant).is_empty() {
                continue;
            }
            let cost = match variant.sees_everything() {
                true => self.above_dotnet(variant, MARSHAL),
                false => self.marshalling(variant),
            };
            table.row([variant.name().to_owned(), cost.text()]);
        }
        format!(
            "\n### Delegate marshalling\n\nThe function itself is not hooked where that can be: what is left is the price of \
             the delegate.\n\n{}",
            table.render()
        )
    }
}

fn args(extent: Extent, calls: u32) -> Vec<String> {
    vec!["pairs".to_owned(), calls.to_string(), extent.rounds.to_string()]
}
