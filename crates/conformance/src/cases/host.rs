//! The host that every engine calls for a case.

use crate::cases::{Answers, Call, HostPlan};
use clrhost::{GcManager, HostResult, Hresult, Target, Task, TaskManager, TaskRequest, WaitOption};
use clrhost_engine_sim::{Answer, Argument, Callee, TaskNumber};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The least stack for a thread that managed code runs on.
const LEAST_STACK: usize = 256 << 10;

/// How an engine's threads and targets are told apart: which of them are a script's.
pub trait Stage: Send + Sync + 'static {
    /// The script's task on the calling thread; `None` for a thread of the runtime's own. `starting` is the task whose start
    /// is being told there.
    fn current(&self, starting: Option<&Task>) -> Option<TaskNumber>;

    /// The task with which a thread is to begin that was asked for with this size of stack: called first on that thread.
    fn begins(&self, stack_size: usize);

    /// The calling thread, the script's, is about to sleep in the host until it is alerted.
    fn sleeps(&self) {}

    /// The script's task of this task.
    fn number(&self, task: &Task) -> Option<TaskNumber>;

    /// What the script calls this target; `None` if it is none of the script's.
    fn callee(&self, target: &Target) -> Option<Callee>;
}

/// A host that writes down each call about the script, and answers as its plan says. To all else it answers what leaves it to the
/// runtime, and counts it.
#[derive(Clone)]
pub struct RecordingHost {
    stage: Arc<dyn Stage>,
    state: Arc<Mutex<State>>,
    woken: Arc<Condvar>,
}

struct State {
    answers: Answers,
    calls: Vec<Call>,
    others: BTreeMap<String, u32>,
    alerted: BTreeSet<TaskNumber>,
}

impl RecordingHost {
    /// A host that answers as a host of the default plan until [`begin`](Self::begin).
    pub fn new(stage: impl Stage) -> RecordingHost {
        let answers = Answers::new(HostPlan::default());
        let (others, alerted) = (BTreeMap::new(), BTreeSet::new());
        let state = State { answers, calls: Vec::new(), others, alerted };
        RecordingHost { stage: Arc::new(stage), state: Arc::new(Mutex::new(state)), woken: Arc::default() }
    }

    /// From now on it answers as this plan says.
    pub fn begin(&self, plan: HostPlan) {
        let mut state = self.lock();
        state.answers = Answers::new(plan);
        state.calls.clear();
        state.others.clear();
        state.alerted.clear();
    }

    /// The calls since then.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Calls on the script's threads that are not about the script, by method, target, and whose that is, and how many.
    pub fn others(&self) -> BTreeMap<String, u32> {
        self.lock().others.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is answered to a call about the script, which is written down.
    ///
    /// # Panics
    ///
    /// If the plan says so.
    fn answer(&self, task: TaskNumber, method: &'static str, argument: Argument) -> Answer {
        let answer = {
            let mut state = self.lock();
            let answer = state.answers.to(method, argument);
            state.calls.push(Call { task, method, argument, answer });
            answer
        };
        assert!(answer != Answer::Panicked, "the plan says so");
        answer
    }

    fn play(&self, method: &'static str, argument: Argument) -> Option<Answer> {
        Some(self.answer(self.stage.current(None)?, method, argument))
    }

    fn result(&self, method: &'static str, argument: Argument) -> HostResult {
        match self.play(method, argument) {
            Some(Answer::Result(result)) => result,
            _ => Ok(()),
        }
    }

    /// About a call of this target. One that is not of the script's is counted, if a thread of the script's makes it.
    fn crossing(&self, method: &'static str, target: &Target) -> HostResult {
        match self.stage.callee(target) {
            Some(callee) => self.result(method, Argument::Callee(callee)),
            None => {
                self.other(method, target);
                Ok(())
            }
        }
    }

    fn other(&self, method: &'static str, target: &Target) {
        if self.stage.current(None).is_some() {
            let description = target.description();
            let what = format!("{method} {}, {:?}", description.method, description.origin);
            *self.lock().others.entry(what).or_default() += 1;
        }
    }
}

impl TaskManager for RecordingHost {
    fn task_started(&self, task: &Task) -> HostResult {
        match self.stage.current(Some(task)) {
            Some(number) => match self.answer(number, "SetCLRTask", Argument::None) {
                Answer::Result(result) => result,
                _ => Ok(()),
            },
            None => Ok(()),
        }
    }

    fn task_ended(&self, _: &Task) -> HostResult {
        self.result("ExitTask", Argument::None)
    }

    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        let Some(callee) = self.stage.callee(target) else {
            self.other("CallNeedsHostHook", target);
            return Ok(true);
        };
        match self.play("CallNeedsHostHook", Argument::Callee(callee)) {
            Some(Answer::Needed(needed)) => Ok(needed),
            Some(Answer::Result(Err(hresult))) => Err(hresult),
            _ => Ok(true),
        }
    }

    fn leave_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.crossing("LeaveRuntime", target)
    }

    fn enter_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.crossing("EnterRuntime", target)
    }

    fn reverse_enter_runtime(&self, _: &Task, method: &Target) -> HostResult {
        self.crossing("ReverseEnterRuntime", method)
    }

    fn reverse_leave_runtime(&self, _: &Task, method: &Target) -> HostResult {
        self.crossing("ReverseLeaveRuntime", method)
    }

    fn create_task(&self, request: TaskRequest) -> HostResult {
        // How much stack is asked for is not the contract's.
        match self.play("CreateTask", Argument::None) {
            Some(Answer::Result(result)) => result?,
            _ => return Err(Hresult::E_NOTIMPL),
        }
        let stage = self.stage.clone();
        let asked = request.stack_size();
        let body = move || {
            stage.begins(asked);
            request.run();
        };
        let thread = thread::Builder::new().stack_size(asked.max(LEAST_STACK));
        thread.spawn(body).map(drop).map_err(|_| Hresult::E_OUTOFMEMORY)
    }

    fn sleep(&self, _: &Task, milliseconds: Option<u32>, option: WaitOption) -> HostResult {
        let argument = Argument::Sleep(milliseconds, option.is_alertable());
        let answer = self.ask("Sleep", argument);
        if milliseconds.is_none() && answer == Err(Hresult::HOST_E_INTERRUPTED) {
            self.sleep_until_alerted();
        }
        answer
    }

    fn switch_to_task(&self, _: &Task, _: WaitOption) -> HostResult {
        self.ask("SwitchToTask", Argument::None)
    }

    fn set_locale(&self, _: &Task, lcid: u32) -> HostResult {
        self.ask("SetLocale", Argument::Locale(lcid))
    }

    fn set_ui_locale(&self, _: &Task, lcid: u32) -> HostResult {
        self.ask("SetUILocale", Argument::Locale(lcid))
    }

    fn begin_delay_abort(&self, _: &Task) -> HostResult {
        self.result("BeginDelayAbort", Argument::None)
    }

    fn end_delay_abort(&self, _: &Task) -> HostResult {
        self.result("EndDelayAbort", Argument::None)
    }

    fn begin_thread_affinity(&self, _: &Task) -> HostResult {
        self.result("BeginThreadAffinity", Argument::None)
    }

    fn end_thread_affinity(&self, _: &Task) -> HostResult {
        self.result("EndThreadAffinity", Argument::None)
    }

    fn alert(&self, task: &Task) -> HostResult {
        // On a thread of the runtime's own.
        let number = self.stage.number(task);
        self.lock().alerted.extend(number);
        self.woken.notify_all();
        match number {
            Some(number) => match self.answer(TaskNumber::RUNTIME, "Alert", Argument::Task(number)) {
                Answer::Result(result) => result,
                _ => Ok(()),
            },
            None => Ok(()),
        }
    }
}

impl RecordingHost {
    fn sleep_until_alerted(&self) {
        let Some(task) = self.stage.current(None) else { return };
        self.stage.sleeps();
        let sleeps = |state: &mut State| !state.alerted.contains(&task);
        drop(self.woken.wait_while(self.lock(), sleeps).unwrap_or_else(PoisonError::into_inner));
    }

    /// Something that it may leave to the runtime.
    fn ask(&self, method: &'static str, argument: Argument) -> HostResult {
        match self.play(method, argument) {
            Some(Answer::Result(result)) => result,
            _ => Err(Hresult::E_NOTIMPL),
        }
    }
}

impl GcManager for RecordingHost {
    fn suspension_starting(&self) -> HostResult {
        self.result("SuspensionStarting", Argument::None)
    }

    fn suspension_ending(&self, generation: Option<u32>) -> HostResult {
        let argument = generation.map_or(Argument::None, Argument::Generation);
        self.result("SuspensionEnding", argument)
    }
}
