//! Whose the threads of the process are, and the part of a script's steps that nobody in it can take.

use crate::shared::{Shared, TASKS};
use clrhost::{Origin, Target, TargetKind, Task, Tasks};
use clrhost_conformance::cases::{Call, RecordingHost, Stage};
use clrhost_engine_sim::{Argument, Callee, Op, Step, TaskNumber};
use std::path::Path;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};
use std::{process, thread};

/// How much stack `Script` asks for for task 0; each further one wants as much more as `STACK_STEP`.
const STACK: usize = 8 << 16;
const STACK_STEP: usize = 1 << 16;
/// How long one step may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The script's threads, by the number of each in the operating system.
pub struct Threads(pub &'static Shared);

impl Threads {
    fn of_thread(&self, thread: u64) -> Option<TaskNumber> {
        let known = |cell: &std::sync::atomic::AtomicI32| cell.load(SeqCst) as u64 == thread;
        self.0.thread.iter().position(known).map(|task| TaskNumber(task as u8))
    }

    /// The calling thread is this task's from now on.
    fn adopt(&self, task: TaskNumber) {
        self.0.thread[usize::from(task.0)].store(this_thread() as i32, SeqCst);
    }
}

impl Stage for Threads {
    fn current(&self, starting: Option<&Task>) -> Option<TaskNumber> {
        let known = self.of_thread(this_thread());
        match starting {
            // One that the runtime made by itself. Its stack may be larger than asked for, so the step says which it is; the
            // process makes no other threads meanwhile.
            Some(_) if known.is_none() => self.0.being_created().inspect(|&task| self.adopt(task)),
            _ => known,
        }
    }

    fn begins(&self, stack_size: usize) {
        let number = stack_size.saturating_sub(STACK - STACK_STEP / 2) / STACK_STEP;
        if (1..TASKS).contains(&number) {
            self.adopt(TaskNumber(number as u8));
        }
    }

    fn sleeps(&self) {
        self.0.next();
    }

    fn number(&self, task: &Task) -> Option<TaskNumber> {
        self.of_thread(task.os_thread_id())
    }

    fn callee(&self, target: &Target) -> Option<Callee> {
        let description = target.description();
        match description.kind {
            TargetKind::RuntimeWait => Some(Callee::WAIT),
            TargetKind::ThreadStart => Some(Callee::THREAD_START),
            _ if description.origin == Origin::User => {
                let method = description.method.as_str();
                let function = method.strip_prefix("Script.fx_script_").map(str::to_owned);
                // By the type of a delegate, or by the method.
                let callback = || {
                    let name = method.strip_prefix("Script.")?;
                    Some(name.strip_suffix(".Invoke").unwrap_or(name).to_lowercase())
                };
                function.or_else(callback).and_then(|name| Callee::named(&name))
            }
            _ => None,
        }
    }
}

/// The operating system's number of the calling thread.
fn this_thread() -> u64 {
    // SAFETY: gettid has no precondition.
    unsafe { libc::gettid() as u64 }
}

/// What the steps of a script need that nobody in it can do.
pub struct Attendant {
    pub shared: &'static Shared,
    pub host: RecordingHost,
    pub tasks: Tasks,
}

impl Attendant {
    /// Says when a thread has ended, which no code on it can, passes over the steps of threads that are gone or could not be had, and
    /// aborts. Returns with the last step; ends the process if one does not come to its end.
    pub fn look_after(&self, script: &[Step], name: &str) {
        let (mut last, mut since) = (usize::MAX, Instant::now());
        loop {
            let turn = self.shared.turn();
            let Some(step) = script.get(turn) else { return };
            let is_new = turn != last;
            if is_new {
                (last, since) = (turn, Instant::now());
            }
            if self.is_over(script, turn, is_new) {
                self.shared.next();
            } else if since.elapsed() > PATIENCE {
                eprintln!("{name}: step {turn}, `{step}`, does not come to its end");
                process::exit(70);
            } else {
                thread::sleep(Duration::from_micros(100));
            }
        }
    }

    /// The step is over, and nobody else can say so.
    fn is_over(&self, script: &[Step], turn: usize, is_new: bool) -> bool {
        let step = script[turn];
        let task = usize::from(step.task.0);
        if let Op::Abort(victim) = step.op {
            let is_victims = |step: &&Step| step.task == victim;
            let last = script[..turn].iter().rfind(is_victims);
            let is_in_native_code = last.is_some_and(|step| is_call_of_native_code(step.op));
            return self.abort(victim, is_new, is_in_native_code);
        }
        let is_gone = self.shared.gone[task].load(SeqCst) != 0 || has_ended(self.shared, task);
        if let (true, Op::New(child)) = (is_gone, step.op) {
            self.shared.gone[usize::from(child.0)].store(1, SeqCst);
        }
        is_gone
    }

    /// Aborts it at first. The step is over when it is certain that the abort strikes before the task's next step: the thread is gone,
    /// or, in native code, the runtime has taken the abort and the host was told; or it is certain that it does not, in a region.
    fn abort(&self, victim: TaskNumber, is_new: bool, is_in_native_code: bool) -> bool {
        let number = usize::from(victim.0);
        let thread = self.shared.thread[number].load(SeqCst) as u64;
        let live = self.tasks.live();
        let Some(task) = live.iter().find(|task| task.os_thread_id() == thread) else {
            return has_ended(self.shared, number);
        };
        if is_new {
            assert_eq!(self.tasks.abort(task), Ok(()), "task {victim}");
        }
        let is_alert = |call: &Call| call.argument == Argument::Task(victim) && call.method == "Alert";
        let is_held = task.abort().delays() > 0;
        is_held || (is_in_native_code && self.host.calls().iter().any(is_alert))
    }
}

fn is_call_of_native_code(op: Op) -> bool {
    matches!(op, Op::Leave(callee) if callee != Callee::WAIT)
}

/// The thread of this task is gone, or, where a host that is not called any more could not say which it is, its code is over.
fn has_ended(shared: &Shared, task: usize) -> bool {
    match shared.thread[task].load(SeqCst) {
        0 => shared.ended[task].load(SeqCst) != 0,
        thread => !Path::new(&format!("/proc/self/task/{thread}")).exists(),
    }
}
