//! Which calls the contract wants for a script. Written from `docs/contract.md` and `docs/semantics.md`, without any code of what
//! makes the calls.

use crate::cases::{Answers, Call, HostPlan};
use clrhost::{Hresult, TargetKind};
use clrhost_engine_sim::{Answer, Argument, Callee, Op, Step, TaskNumber};
use std::collections::{BTreeMap, BTreeSet};

/// A process that runs one case after another, as the contract has it.
///
/// Where the contract leaves something open, this says what clrhost does:
/// * `CallNeedsHostHook` comes right before the first call of its function in the process, on the thread that makes it, even if
///   the host refused that thread: the question is about the function.
/// * A thread that the runtime wants is asked for on the thread that wants it, be that one of the host's or not, and begins
///   before that goes on.
/// * An aborted task takes no step of managed code any more. `Alert` comes on another thread: where it stands among the calls about
///   the task is open, and if the abort strikes before, there is none.
/// * Nothing is said about a task that ends after the layer was shut.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Functions that the host was asked about, and whether it wants to hear of their calls.
    known: BTreeMap<Callee, bool>,
    is_shut: bool,
}

impl Model {
    /// The calls that come of the next case.
    pub fn expect(&mut self, script: &[Step], plan: &HostPlan) -> Vec<Call> {
        let tasks = BTreeMap::new();
        let answers = Answers::new(plan.clone());
        let mut run = Run { model: self, answers, calls: Vec::new(), tasks, lost: BTreeSet::new() };
        script.iter().for_each(|&step| run.take(step));
        run.calls
    }

    /// True once a host answered `E_FAIL` or panicked: it will not be called any more.
    pub fn is_shut(&self) -> bool {
        self.is_shut
    }
}

struct Run<'a> {
    model: &'a mut Model,
    answers: Answers,
    calls: Vec<Call>,
    tasks: BTreeMap<TaskNumber, Task>,
    /// Threads that could not be had, or were aborted.
    lost: BTreeSet<TaskNumber>,
}

#[derive(Default)]
struct Task {
    /// The host accepted it.
    is_hosts: bool,
    /// Open calls, and whether the host hears of their end.
    open: Vec<(Callee, bool)>,
    /// In a sleep of the runtime's own without end.
    sleeps: bool,
    delays_aborts: bool,
    abort: Abort,
}

/// How far an abort of a task is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Abort {
    #[default]
    None,
    /// It strikes after the end of the critical region.
    Held,
    /// It strikes as soon as the task runs managed code.
    Due,
}

impl Task {
    fn is_managed(&self) -> bool {
        self.open.last().is_some_and(|(callee, _)| !callee.kind().is_native())
    }
}

impl Run<'_> {
    /// Calls the host, unless the layer is shut.
    fn call(&mut self, task: TaskNumber, method: &'static str, argument: Argument) -> Option<Answer> {
        if self.model.is_shut {
            return None;
        }
        let answer = self.answers.to(method, argument);
        self.calls.push(Call { task, method, argument, answer });
        self.model.is_shut = answer.hresult() == Hresult::E_FAIL;
        Some(answer)
    }

    /// Calls the host about a task that it accepted.
    fn tell(&mut self, task: TaskNumber, method: &'static str, argument: Argument) -> Option<Answer> {
        if self.tasks.get(&task)?.is_hosts { self.call(task, method, argument) } else { None }
    }

    fn take(&mut self, Step { task, op }: Step) {
        if self.lost.contains(&task) {
            if let Op::New(child) = op {
                self.lost.insert(child);
            }
            return;
        }
        // A thread that native code made comes to be known as it calls managed code.
        if task != TaskNumber::RUNTIME && !self.tasks.contains_key(&task) {
            self.begin(task);
        }
        if self.tasks.get(&task).is_some_and(|known| known.abort == Abort::Due && known.is_managed()) {
            // Cases abort only tasks that run the managed code they were made for, and that ends with it.
            self.lost.insert(task);
            self.end(task);
            return self.take(Step { task, op });
        }
        let mut tell = |method, argument| {
            self.tell(task, method, argument);
        };
        match op {
            Op::New(child) => self.create(task, child),
            Op::Leave(callee) => self.open(task, callee),
            Op::ReverseEnter(callee) => self.open(task, callee),
            Op::Enter | Op::ReverseLeave => self.close(task),
            Op::StrayEnter => {
                self.wants_to_hear(task, Callee('a'));
                self.tell(task, "EnterRuntime", Argument::Callee(Callee('a')));
            }
            Op::Sleep { milliseconds, alertable } => {
                let answer = self.tell(task, "Sleep", Argument::Sleep(milliseconds, alertable));
                // What the host leaves to the runtime is a wait of the runtime's own.
                if answer == Some(Answer::Result(Err(Hresult::E_NOTIMPL))) {
                    self.open(task, Callee::WAIT);
                    match milliseconds {
                        Some(_) => self.close(task),
                        // An abort ends it.
                        None => self.tasks.entry(task).or_default().sleeps = true,
                    }
                }
            }
            Op::Switch => tell("SwitchToTask", Argument::None),
            Op::SetLocale(lcid) => tell("SetLocale", Argument::Locale(lcid)),
            Op::SetUiLocale(lcid) => tell("SetUILocale", Argument::Locale(lcid)),
            Op::BeginDelayAbort => {
                tell("BeginDelayAbort", Argument::None);
                self.tasks.entry(task).or_default().delays_aborts = true;
            }
            Op::EndDelayAbort => {
                tell("EndDelayAbort", Argument::None);
                let known = self.tasks.entry(task).or_default();
                known.delays_aborts = false;
                if known.abort == Abort::Held {
                    self.abort(task);
                }
            }
            Op::BeginThreadAffinity => tell("BeginThreadAffinity", Argument::None),
            Op::EndThreadAffinity => tell("EndThreadAffinity", Argument::None),
            Op::Ask(callee) => {
                self.wants_to_hear(task, callee);
                self.call(task, "CallNeedsHostHook", Argument::Callee(callee));
            }
            Op::Alert(other) => self.alert(other),
            // The GC manager is not asked about tasks.
            Op::Suspend => {
                self.call(task, "SuspensionStarting", Argument::None);
            }
            Op::Resume(generation) => {
                self.call(task, "SuspensionEnding", Argument::Generation(generation));
            }
            Op::End => self.end(task),
            Op::Abort(victim) => match self.tasks.get_mut(&victim) {
                Some(known) if known.delays_aborts => known.abort = Abort::Held,
                _ => self.abort(victim),
            },
        }
    }

    /// Lets it be aborted, and has it leave a sleep.
    fn abort(&mut self, task: TaskNumber) {
        self.alert(task);
        let Some(known) = self.tasks.get_mut(&task) else { return };
        known.abort = Abort::Due;
        if std::mem::take(&mut known.sleeps) {
            self.close(task);
        }
    }

    /// A task that the host refused is none that it could wake.
    fn alert(&mut self, task: TaskNumber) {
        if self.tasks.get(&task).is_some_and(|known| known.is_hosts) {
            self.call(TaskNumber::RUNTIME, "Alert", Argument::Task(task));
        }
    }

    fn begin(&mut self, task: TaskNumber) {
        let is_hosts = self.call(task, "SetCLRTask", Argument::None).is_some_and(Answer::is_ok);
        self.tasks.insert(task, Task { is_hosts, ..Task::default() });
    }

    fn create(&mut self, parent: TaskNumber, child: TaskNumber) {
        // About another thread, so it does not matter whether the host accepted this one.
        let is_made = match self.call(parent, "CreateTask", Argument::None) {
            // Made by the runtime; a failure that shuts the layer takes no thread from the application.
            None | Some(Answer::Panicked) => true,
            Some(answer) => [Hresult::S_OK, Hresult::E_NOTIMPL, Hresult::E_FAIL].contains(&answer.hresult()),
        };
        if is_made {
            self.begin(child);
            self.open(child, Callee::THREAD_START);
        } else {
            self.lost.insert(child);
        }
    }

    /// A call over the border, in whichever direction.
    fn open(&mut self, task: TaskNumber, callee: Callee) {
        let method = if callee.kind().is_native() { "LeaveRuntime" } else { "ReverseEnterRuntime" };
        let is_told = !callee.kind().is_native() || self.wants_to_hear(task, callee);
        let answer = if is_told { self.tell(task, method, Argument::Callee(callee)) } else { None };
        if let Some(known) = self.tasks.get_mut(&task) {
            // Only whoever answered exactly S_OK hears of the end.
            known.open.push((callee, answer.is_some_and(Answer::is_ok)));
        }
    }

    fn close(&mut self, task: TaskNumber) {
        let top = self.tasks.get_mut(&task).and_then(|known| known.open.pop());
        let Some((callee, is_accepted)) = top else { return };
        if is_accepted {
            let method = if callee.kind().is_native() { "EnterRuntime" } else { "ReverseLeaveRuntime" };
            self.tell(task, method, Argument::Callee(callee));
        }
    }

    fn end(&mut self, task: TaskNumber) {
        // What the thread leaves open is closed, youngest first.
        while self.tasks.get(&task).is_some_and(|known| !known.open.is_empty()) {
            self.close(task);
        }
        self.tell(task, "ExitTask", Argument::None);
    }

    /// Whether the host wants to hear of calls of this function, which it is asked once.
    fn wants_to_hear(&mut self, task: TaskNumber, callee: Callee) -> bool {
        if callee.kind() == TargetKind::RuntimeWait {
            return true;
        }
        if let Some(&wants) = self.model.known.get(&callee) {
            return wants;
        }
        // No answer, or a failure, is a yes.
        let answer = self.call(task, "CallNeedsHostHook", Argument::Callee(callee));
        let wants = answer != Some(Answer::Needed(false));
        self.model.known.insert(callee, wants);
        wants
    }
}
