//! The report as text for people at a terminal.
//!
//! No line is wider than asked for, save where the numbers of a table alone are: names are shortened in the middle and
//! sentences wrapped, numbers are never cut.

mod brackets;
pub(crate) mod fit;
pub use fit::clean as printable;
mod policy;
pub(crate) mod table;
mod targets;
mod tasks;

use crate::duration::{count, counted, duration};
use crate::model::{Exit, Mode, Report, Source, TargetRow, Timing};
use fit::{clean, wrap};

/// The narrowest text there is: below this, lines are as wide as this.
const MIN_WIDTH: usize = 40;

/// How a report is rendered as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    /// Columns of the terminal; less than 40 counts as 40.
    pub width: usize,
    /// How many rows of a table are shown; 0 for all.
    pub top: usize,
    /// Whether to colour.
    pub style: Style,
}

impl Default for TextOptions {
    fn default() -> TextOptions {
        TextOptions { width: 100, top: 25, style: Style::Plain }
    }
}

/// How things are set off from each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// By words alone.
    #[default]
    Plain,
    /// By ANSI escape sequences too.
    Ansi,
}

impl Style {
    fn wrapped(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Ansi => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    pub(crate) fn title(self, text: &str) -> String {
        self.wrapped("1", text)
    }

    pub(crate) fn quiet(self, text: &str) -> String {
        self.wrapped("2", text)
    }

    pub(crate) fn defect(self, text: &str) -> String {
        self.wrapped("31", text)
    }
}

/// The text under way, line by line.
pub(crate) struct Page {
    width: usize,
    top: usize,
    style: Style,
    text: String,
}

impl Page {
    pub(crate) fn new(options: &TextOptions) -> Page {
        let width = options.width.max(MIN_WIDTH);
        Page { width, top: options.top, style: options.style, text: String::new() }
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(crate) fn section(&mut self, title: &str) {
        self.text.push('\n');
        let title = self.style.title(title);
        self.line(&title);
    }

    /// A sentence over as many lines as it needs; `first` begins the first line, blanks of the same width the others.
    pub(crate) fn sentence(&mut self, first: &str, sentence: &str, paint: impl Fn(Style, &str) -> String) {
        let indent = first.chars().count();
        // Whoever made the sentence may have forgotten it.
        for (index, line) in wrap(&clean(sentence), self.width - indent).iter().enumerate() {
            let begin = if index == 0 { first.to_owned() } else { " ".repeat(indent) };
            let line = paint(self.style, &format!("{begin}{line}"));
            self.line(&line);
        }
    }

    /// How many of so many rows are shown.
    pub(crate) fn shown(&self, rows: usize) -> usize {
        if self.top == 0 { rows } else { rows.min(self.top) }
    }

    /// Says how many of so many rows were left out, if any were.
    pub(crate) fn more(&mut self, rows: usize) {
        let left_out = rows - self.shown(rows);
        if left_out > 0 {
            let more = count(left_out as u64);
            let sentence = format!("{more} more (--top 0 shows all, --format json has everything)");
            self.sentence("  … ", &sentence, Style::quiet);
        }
    }

    /// Says how many were counted beyond those that were kept.
    fn nameless(&mut self, counted: u64, kept: usize) {
        let further = counted.saturating_sub(kept as u64);
        if further > 0 {
            self.sentence(
                "  ",
                &format!("{} more were counted and not kept one by one", count(further)),
                Style::quiet,
            );
        }
    }
}

/// Text in the manner of reports for what others have to say: titles and sentences, wrapped, safe to show on a terminal.
pub struct TextPage(Page);

impl TextPage {
    /// An empty one.
    pub fn new(options: &TextOptions) -> TextPage {
        TextPage(Page::new(options))
    }

    /// A line on its own, set off.
    pub fn title(&mut self, title: &str) {
        self.0.sentence("", &clean(title), Style::title);
    }

    /// An empty line and the title of a section.
    pub fn section(&mut self, title: &str) {
        self.0.section(&clean(title));
    }

    /// A sentence of a section.
    pub fn point(&mut self, sentence: &str) {
        self.0.sentence("  - ", &clean(sentence), |_, line| line.to_owned());
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0.text
    }
}

impl Report {
    /// Renders the report for people.
    pub fn render_text(&self, options: &TextOptions) -> String {
        let mut page = Page::new(options);
        page.sentence("", &self.headline(), Style::title);
        page.sentence("", &self.circumstances(), |_, line| line.to_owned());
        targets::native(&mut page, self);
        targets::callbacks(&mut page, self);
        policy::section(&mut page, self);
        tasks::table(&mut page, self);
        brackets::open(&mut page, self);
        brackets::mismatches(&mut page, self);
        self.host_denials(&mut page);
        self.host_failures(&mut page);
        self.notes(&mut page);
        page.text
    }

    /// The run in one sentence.
    fn headline(&self) -> String {
        let totals = &self.totals;
        if self.mode == Mode::RunNoHooks {
            return "ran without hooks: no crossing was counted".to_owned();
        }
        if totals.leave + totals.reverse_enter == 0 {
            return "no call between managed and native code was seen".to_owned();
        }
        let at_least = if totals.lower_bound { "at least " } else { "" };
        let through_pointers = |row: &&TargetRow| row.kind == "function_pointer" && row.symbol.is_none();
        let nameless = self.targets.iter().filter(|row| row.kind == "overflow" || through_pointers(row));
        let functions = totals.targets.saturating_sub(nameless.count() as u64);
        let pointers = match (self.targets.iter().any(|row| through_pointers(&row)), functions) {
            (false, _) => format!(" into {}", counted(functions, "native function")),
            (true, 0) => " through function pointers".to_owned(),
            (true, _) => {
                format!(" into {} and through function pointers", counted(functions, "native function"))
            }
        };
        let mut headline = format!(
            "{at_least}{} out of managed code{pointers}, {}, {}",
            counted(totals.leave, "call"),
            counted(totals.reverse_enter, "callback"),
            counted(totals.tasks, "thread"),
        );
        if let Some(native_ns) = totals.native_ns {
            headline += &format!(", {} in native code", duration(native_ns as f64));
        }
        if totals.mismatches > 0 {
            headline += &format!(", DEFECT: {}", counted(totals.mismatches, "mismatched crossing"));
        }
        headline
    }

    /// What was run, and how.
    fn circumstances(&self) -> String {
        let program = self.program();
        let watched = match self.source {
            _ if self.mode == Mode::RunNoHooks => "",
            Some(Source::Flag) => ", seen by the transitions flag",
            Some(Source::Thunks) => ", seen by thunks",
            None => "",
        };
        let counted = if self.timing == Timing::Counted && !watched.is_empty() { " (not timed)" } else { "" };
        let exit = match self.process.exit {
            Exit::Code { code } => format!("exit code {code}"),
            Exit::Signal { signal } => format!("ended by signal {signal}"),
            Exit::InProgress => "still running".to_owned(),
            Exit::Unknown => "end not known".to_owned(),
        };
        let took = duration(self.process.wall_ns as f64);
        let runtime = format!("{} {}", clean(&self.runtime.name), clean(&self.runtime.version));
        let runtime = runtime.trim_end();
        format!("{} on {runtime}{watched}{counted}, {took}, {exit}", clean(&program))
    }

    /// What was run, by the names of its files. `dotnet` alone would say little.
    fn program(&self) -> String {
        let name = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let program = name(&self.application.path);
        let is_assembly = |word: &&String| word.ends_with(".dll") || word.ends_with(".exe");
        match self.application.args.iter().find(is_assembly) {
            Some(assembly) if self.mode == Mode::Trace && program == "dotnet" => {
                format!("{program} {}", name(assembly))
            }
            _ => program,
        }
    }

    fn host_denials(&self, page: &mut Page) {
        let Some(host) = self.host.as_ref().filter(|host| !host.denied_targets.is_empty()) else { return };
        page.section("Denied by the host");
        let name = |text: &Option<String>| text.as_deref().map_or_else(|| "(not known)".to_owned(), clean);
        for denied in &host.denied_targets[..page.shown(host.denied_targets.len())] {
            let sentence = format!(
                "{} → {}!{}, {}: {}",
                clean(&denied.method),
                name(&denied.library),
                name(&denied.symbol),
                counted(denied.attempts, "time"),
                clean(&denied.reason)
            );
            page.sentence("  ", &sentence, Style::defect);
        }
        page.more(host.denied_targets.len());
        page.nameless(host.denied_left_out, 0);
    }

    fn host_failures(&self, page: &mut Page) {
        let Some(host) = self.host.as_ref().filter(|host| host.failures > 0) else { return };
        page.section("Failures of the host");
        for call in &host.failed_calls[..page.shown(host.failed_calls.len())] {
            let answer = call
                .name
                .as_deref()
                .map_or(call.hresult.clone(), |name| format!("{name} ({})", call.hresult));
            let panic =
                call.panic.as_ref().map_or(String::new(), |panic| format!(", panicked: {}", clean(panic)));
            page.sentence("  ", &format!("{} answered {answer}{panic}", call.method), Style::defect);
        }
        page.more(host.failed_calls.len());
        page.nameless(host.failures, host.failed_calls.len());
    }

    fn notes(&self, page: &mut Page) {
        // The section on open brackets says in its title what the note about them says.
        let notes: Vec<_> = self.notes.iter().filter(|note| note.code != "open").collect();
        if notes.is_empty() {
            return;
        }
        page.section("Notes");
        for note in notes {
            page.sentence("  - ", &clean(&note.text), |_, line| line.to_owned());
        }
    }
}
