//! The report on an application, to be made at any time.

use crate::{Application, Crossings, recorder};
use clrhost_boundary::{TargetDescription, TargetKind};
use clrhost_engine_coreclr as engine;
use clrhost_policy::Violations;
use clrhost_probe::{Attachment, Probe, Timing};
use clrhost_report::{Exit, HostOutcome, Mode, Note, Report, ReportContext, Source};
use std::path::PathBuf;
use std::sync::Arc;

/// The code of the note in reports of a process whose recording is not whole.
pub const RECORDING_FAILED: &str = "recording_failed";

/// Makes reports on one application: any number, at any time, from any thread.
#[derive(Clone)]
pub struct Reporter {
    crossings: Crossings,
    mode: Mode,
    application: String,
    arguments: Vec<String>,
    runtime_name: String,
    runtime_version: String,
    policy: Option<Arc<Violations>>,
}

impl Reporter {
    pub(crate) fn new(
        crossings: Crossings,
        application: &Application,
        framework: Option<&engine::Runtime>,
    ) -> Reporter {
        let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
        Reporter {
            crossings,
            mode: Mode::Run,
            application: text(application.assembly.as_os_str()),
            arguments: application.arguments.iter().map(|argument| text(argument)).collect(),
            runtime_name: framework.map_or_else(|| "CoreCLR".to_owned(), |framework| framework.name.clone()),
            runtime_version: framework.map(|framework| framework.version.to_string()).unwrap_or_default(),
            policy: None,
        }
    }

    /// Reports on a process that somebody else has started, and whose runtime has taken or will take this probe.
    pub fn of_process(probe: &'static Probe) -> Reporter {
        let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        Reporter {
            crossings: Crossings::new(probe),
            mode: Mode::Trace,
            application: words.next().unwrap_or_default(),
            arguments: words.collect(),
            runtime_name: "CoreCLR".to_owned(),
            runtime_version: String::new(),
            policy: None,
        }
    }

    /// The same reporter, whose reports say what this policy has to say of the run.
    #[must_use]
    pub fn with_policy(self, violations: Arc<Violations>) -> Reporter {
        Reporter { policy: Some(violations), ..self }
    }

    pub(crate) fn with_policy_of(self, violations: Option<Arc<Violations>>) -> Reporter {
        Reporter { policy: violations, ..self }
    }

    /// What the reports are made of.
    pub fn crossings(&self) -> Crossings {
        self.crossings
    }

    /// The report as things are now. `exit` says how the application ended, if it has; `user_only` leaves out the rows
    /// of .NET's own assemblies.
    pub fn report(&self, exit: Exit, user_only: bool) -> Report {
        let read = self.crossings.snapshot();
        let framework = self.framework();
        let host = read.host.map(|host| HostOutcome {
            shut: host.shut,
            failures: host.failures,
            kept: host.kept,
            denied: host.denied,
        });
        let context = ReportContext {
            runtime_name: framework.as_ref().map_or(&self.runtime_name, |(name, _)| name).clone(),
            runtime_version: framework
                .map_or_else(|| self.version(read.runtime_version), |(_, version)| version),
            unverified: self.crossings.unverified(),
            clrhost_version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: self.mode,
            source: Some(match self.crossings.source() {
                clrhost_probe::Source::Flag => Source::Flag,
                clrhost_probe::Source::Thunks => Source::Thunks,
            }),
            timing: match self.crossings.timing() {
                Timing::Timed => clrhost_report::Timing::Timed,
                Timing::Counted | Timing::Empty => clrhost_report::Timing::Counted,
            },
            application: self.application.clone(),
            args: self.arguments.clone(),
            pid: std::process::id(),
            wall_ns: read.wall_ns,
            exit,
            ns_per_tick: read.ns_per_tick,
            drift_ppm: read.drift_ppm,
            user_only,
            host,
            policy: self.policy.clone(),
            lost: read.lost,
            pointer_callers: self.crossings.pointer_callers(),
            unhooked: self.unhooked(),
        };
        let mut report = Report::new(&read.snapshot, context);
        report.notes.extend(recorder::failure().map(|text| Note { code: RECORDING_FAILED.to_owned(), text }));
        report
    }

    /// Native functions whose address managed code has, called or not.
    pub fn bound_functions(&self) -> Vec<TargetDescription> {
        let bound = self.crossings.snapshot().snapshot.bound.into_values();
        bound.filter(|target| target.kind.is_native() && target.kind != TargetKind::RuntimeWait).collect()
    }

    /// In a process of others' it is only seen here that the runtime did without the probe.
    fn unhooked(&self) -> Vec<String> {
        let mut unhooked = self.crossings.unhooked();
        match self.crossings.attachment() {
            Attachment::Refused(hresult) => {
                unhooked.insert(0, format!("everything: the runtime refused the probe ({hresult})"));
            }
            Attachment::Waiting if self.mode == Mode::Trace => {
                unhooked.insert(0, "everything: the runtime had not taken the probe yet".to_owned());
            }
            Attachment::Waiting | Attachment::Attached => {}
        }
        let other = |runtime: PathBuf| {
            format!("everything in a second runtime of this process, {}: one is watched", runtime.display())
        };
        unhooked.extend(self.crossings.probe().other_runtimes().into_iter().map(other));
        unhooked
    }

    /// Name and version of the framework that the runtime of others' process belongs to. Installed ones lie in folders that say so;
    /// .NET Core 3.1 tells profilers another version than its own.
    fn framework(&self) -> Option<(String, String)> {
        let folder = self.crossings.probe().runtime_folder().filter(|_| self.mode == Mode::Trace)?;
        let version = folder.file_name()?.to_str()?.to_owned();
        let name = folder.parent()?.file_name()?.to_str()?.to_owned();
        (name.starts_with("Microsoft.") && version.starts_with(|c: char| c.is_ascii_digit()))
            .then_some((name, version))
    }

    /// Hostfxr's word where it gave one, else what the runtime told the probe.
    fn version(&self, told: Option<(u16, u16, u16)>) -> String {
        match told {
            Some((major, minor, build)) if self.runtime_version.is_empty() => {
                format!("{major}.{minor}.{build}")
            }
            _ => self.runtime_version.clone(),
        }
    }
}
