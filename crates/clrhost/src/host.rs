//! Finding .NET and preparing it, step by step or in one go.

use crate::crossings::PreparedEnvironment;
use crate::newest::NewestConfig;
use crate::{Application, Crossings, Error, Reporter, Runtime, Tasks, gate, shim};
use clrhost_boundary::{GcManager, TaskManager};
use clrhost_engine_coreclr::{
    self as engine, App, CommandLine, Context, Environment, HostFxr, HostOptions, Requirements,
    RuntimeConfig, RuntimeConfigFile,
};
use clrhost_policy::Violations;
use clrhost_probe::{Attachment, Probe, ProbeConfig, Source, Timing};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

static STARTED: AtomicBool = AtomicBool::new(false);

/// How .NET is to be hosted: which installation, with which hooks. Made by [`Host::builder`].
#[derive(Default)]
#[must_use]
pub struct Host {
    dotnet_root: Option<PathBuf>,
    source: Option<Source>,
    timing: Timing,
    task_manager: Option<Box<dyn TaskManager>>,
    gc_manager: Option<Box<dyn GcManager>>,
    policy: Option<Arc<Violations>>,
    properties: Vec<(String, String)>,
    without_hooks: bool,
    system_clock: bool,
    notes_pauses: bool,
}

impl Host {
    /// The default: the newest installed .NET that fits, crossings counted and timed, no host of one's own.
    pub fn builder() -> Host {
        Host::default()
    }

    /// Uses this .NET installation and no other: a folder with `host/fxr` and `shared` in it.
    pub fn dotnet_root(mut self, root: impl Into<PathBuf>) -> Host {
        self.dotnet_root = Some(root.into());
        self
    }

    /// Reports crossings to this host.
    pub fn task_manager(mut self, task_manager: impl TaskManager + 'static) -> Host {
        self.task_manager = Some(Box::new(task_manager));
        self
    }

    /// Tells this host when collections stop the managed threads.
    pub fn gc_manager(mut self, gc_manager: impl GcManager + 'static) -> Host {
        self.gc_manager = Some(Box::new(gc_manager));
        self
    }

    /// Applies this policy to native functions, before a task manager is asked about them, and has reports say what it did.
    /// In the mode `enforce` it needs the source [`Source::Thunks`].
    pub fn policy(mut self, violations: Arc<Violations>) -> Host {
        self.policy = Some(violations);
        self
    }

    /// Sets a property of the runtime, such as `System.GC.Server`, over what `runtimeconfig.json` says.
    pub fn runtime_property(mut self, name: impl Into<String>, value: impl Into<String>) -> Host {
        self.properties.push((name.into(), value.into()));
        self
    }

    /// What is recorded at each crossing besides calling the host.
    pub fn timing(mut self, timing: Timing) -> Host {
        self.timing = timing;
        self
    }

    /// How crossings are seen; otherwise in the way that is best for the runtime (docs/sources.md).
    pub fn source(mut self, source: Source) -> Host {
        self.source = Some(source);
        self
    }

    /// Takes times with the system's clock even where the processor's counter would do; crossings get dearer.
    pub fn system_clock(mut self) -> Host {
        self.system_clock = true;
        self
    }

    /// Notes when the runtime holds its threads and what the garbage collector does, for a [`Recorder`](crate::Recorder).
    pub fn notes_pauses(mut self) -> Host {
        self.notes_pauses = true;
        self
    }

    /// Runs .NET as `dotnet` would, without the probe. A task manager is then not called.
    pub fn without_hooks(mut self) -> Host {
        self.without_hooks = true;
        self
    }

    /// Runs an application to its end and gives its exit code.
    ///
    /// See [`Prepared::run`] for the ways in which it does not return.
    pub fn run(self, application: Application) -> Result<i32, Error> {
        self.prepare(application)?.run()
    }

    /// Finds .NET, checks the application against it and loads hostfxr. Nothing of .NET runs yet.
    pub fn prepare(self, application: Application) -> Result<Prepared, Error> {
        check_not_started()?;
        let app = App::open(&application.assembly, &application.options)?;
        let hostfxr = self.find(&app.config, &application.options)?;
        let mut context = Context::for_command_line(
            &hostfxr,
            None,
            &application.options,
            &application.assembly,
            &application.arguments,
        )?;
        for (name, value) in &self.properties {
            context.set_property(name, value)?;
        }
        let framework = context.runtime_version()?;
        let policy = self.policy.clone();
        let crossings = self.claim_process(framework.as_ref())?;
        let reporter = crossings.map(|crossings| {
            Reporter::new(crossings, &application, framework.as_ref()).with_policy_of(policy)
        });
        let environment = PreparedEnvironment::of(crossings);
        if crossings.is_some_and(|crossings| crossings.is_hosted()) {
            // This starts the runtime. Runtimes before .NET 8 cannot do it for an application, and go on without.
            let _ = shim::get_or_load(crossings, || engine::Shim::load_for_app(&context));
        }
        Ok(Prepared { context, framework, crossings, reporter, _environment: environment })
    }

    /// Starts a runtime without an application, as this `runtimeconfig.json` asks for it, to call static methods in.
    pub fn start(self, runtime_config: impl AsRef<Path>) -> Result<Runtime, Error> {
        check_not_started()?;
        let path = runtime_config.as_ref();
        let config = RuntimeConfig::read(path)?;
        let hostfxr = self.find(&config, &HostOptions::default())?;
        let mut context = Context::<RuntimeConfigFile>::for_runtime_config(&hostfxr, None, path)?;
        for (name, value) in &self.properties {
            context.set_property(name, value)?;
        }
        let framework = context.runtime_version()?;
        let crossings = self.claim_process(framework.as_ref())?;
        let runtime = Runtime::new(context, framework, crossings);
        // A host that takes part is told of the runtime's start now, not at some later call.
        if crossings.is_some_and(|crossings| crossings.is_hosted()) {
            runtime.shim()?;
        }
        Ok(runtime)
    }

    /// Starts the newest installed runtime, without an application and without a `runtimeconfig.json`.
    ///
    /// `version` may begin with as many numbers as are wanted: `8` and `8.0` take the newest that begins so.
    pub fn start_newest(self, version: Option<&str>) -> Result<Runtime, Error> {
        check_not_started()?;
        let config = NewestConfig::write(version)?;
        self.start(&config.path)
    }

    fn find(&self, config: &RuntimeConfig, options: &HostOptions) -> Result<HostFxr, Error> {
        let environment = Environment::of_process();
        let located = engine::locate(self.dotnet_root.as_deref(), &environment);
        let requirements = Requirements::new(config, options, &environment)?;
        Ok(HostFxr::load(requirements.select(&located)?.root)?)
    }

    /// The last step before the runtime is started, so that every error before it leaves the process as it was.
    fn claim_process(self, framework: Option<&engine::Runtime>) -> Result<Option<Crossings>, Error> {
        let gate = match &self.policy {
            Some(policy) => {
                gate::gate(policy, self.source.unwrap_or(Source::Thunks), self.timing, self.without_hooks)?
            }
            None => None,
        };
        if STARTED.swap(true, Ordering::Relaxed) {
            return Err(Error::AlreadyStarted);
        }
        if self.without_hooks {
            return Ok(None);
        }
        let config = ProbeConfig {
            source: self.source,
            timing: self.timing,
            system_clock: self.system_clock,
            host: self.task_manager,
            gc: self.gc_manager,
            pauses: self.notes_pauses,
            gate,
            beside_another: false,
        };
        match Probe::install(config) {
            Ok(probe) => {
                if let Some(framework) = framework {
                    probe.redirect_threads(&framework.path);
                }
                Ok(Some(Crossings::new(probe)))
            }
            Err(error) => {
                STARTED.store(false, Ordering::Relaxed);
                Err(error.into())
            }
        }
    }
}

/// Asked before hostfxr is, which makes a second context wait, for good, until the first one's runtime has started.
fn check_not_started() -> Result<(), Error> {
    if STARTED.load(Ordering::Relaxed) { Err(Error::AlreadyStarted) } else { Ok(()) }
}

/// An application that is ready to run. Dropped without running, it leaves the environment as it found it; the process
/// can still not prepare another one.
#[must_use]
pub struct Prepared {
    context: Context<CommandLine>,
    framework: Option<engine::Runtime>,
    crossings: Option<Crossings>,
    reporter: Option<Reporter>,
    _environment: PreparedEnvironment,
}

impl Prepared {
    /// The framework that hostfxr chose, where it says so.
    pub fn framework(&self) -> Option<&engine::Runtime> {
        self.framework.as_ref()
    }

    /// What is counted while the application runs; `None` without hooks.
    pub fn crossings(&self) -> Option<Crossings> {
        self.crossings
    }

    /// Makes reports on the application; `None` without hooks.
    pub fn reporter(&self) -> Option<Reporter> {
        self.reporter.clone()
    }

    /// The runtime's tasks; `None` without hooks. Cultures need .NET 8 or newer here, aborts .NET 8.
    pub fn tasks(&self) -> Option<Tasks> {
        self.crossings.map(Tasks::new)
    }

    /// Runs `Main` on the calling thread and gives its exit code.
    ///
    /// Returns when `Main` has returned and the foreground threads have ended. It does not return where the application
    /// calls `Environment.Exit` or dies of an unhandled exception: then the process ends as it would under `dotnet`.
    pub fn run(self) -> Result<i32, Error> {
        let exit_code = self.context.run()?;
        match self.crossings.map(|crossings| crossings.attachment()) {
            Some(Attachment::Waiting) => Err(Error::NotHooked { exit_code, refused: None }),
            Some(Attachment::Refused(hresult)) => Err(Error::NotHooked { exit_code, refused: Some(hresult) }),
            Some(Attachment::Attached) | None => Ok(exit_code),
        }
    }
}
