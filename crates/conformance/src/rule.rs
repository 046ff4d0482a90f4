//! What the contract asks of a host.

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, for scripts.
    pub id: &'static str,
    /// What a host has to do, in one sentence.
    pub demand: &'static str,
    /// What comes of breaking it.
    pub otherwise: &'static str,
    /// The place in `docs/contract.md` that tells of the methods it is about.
    pub page: &'static str,
}

const TASK_MANAGER: &str = "docs/contract.md#ihosttaskmanager";
const TASK: &str = "docs/contract.md#ihosttask";
const GC_MANAGER: &str = "docs/contract.md#ihostgcmanager";

macro_rules! rules {
    ($($(#[$meta:meta])* $name:ident = $id:literal, $page:expr, $demand:literal, $otherwise:literal;)*) => {
        $($(#[$meta])* pub const $name: Rule = Rule { id: $id, demand: $demand, otherwise: $otherwise, page: $page };)*

        /// All rules, the gravest first.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    /// See its `demand`, as for all rules here.
    SURVIVES = "survives", TASK_MANAGER,
        "No call ends the process: no exception leaves a method, and none crashes.",
        "The application dies with the host.";
    /// Of hosts in Rust.
    NO_PANIC = "no-panic", TASK_MANAGER,
        "No method panics.",
        "A panic counts as E_FAIL: the host is not called again.";
    /// The answer that ends everything.
    NO_E_FAIL = "no-e-fail", TASK_MANAGER,
        "No method but GetCurrentTask and CreateTask answers E_FAIL.",
        "E_FAIL says that the host cannot go on: it is not called again, and every later call of its own answers HOST_E_CLRNOTAVAILABLE.";
    /// Deadlocks other than those that have a rule of their own.
    RETURNS = "returns", TASK_MANAGER,
        "Every call comes back once the tasks it waits for have given up what it waits for.",
        "The task never goes on.";
    /// `IHostTask::Alert` is asynchronous.
    ALERT_RETURNS = "alert-returns", TASK,
        "Alert comes back at once, whatever other tasks are doing.",
        "Whoever aborts a task waits for it, and so does the abort.";
    /// Alerts reach sleeps.
    ALERT_WAKES = "alert-wakes", TASK,
        "An alert ends the task's alertable sleep with HOST_E_INTERRUPTED, or its next one if it does not sleep now.",
        "A task that is to be aborted sleeps on.";
    /// And no others.
    ALERT_ONLY_ALERTABLE = "alert-only-alertable", TASK_MANAGER,
        "Sleep answers HOST_E_INTERRUPTED only if WAIT_ALERTABLE was given and the task was alerted.",
        "Managed code gets a ThreadInterruptedException that nobody asked for.";
    /// Sleeps that end early.
    SLEEP_LASTS = "sleep-lasts", TASK_MANAGER,
        "Sleep answers S_OK only when the time is over.",
        "Thread.Sleep comes back early.";
    /// What `Sleep` may answer.
    SLEEP_ANSWERS = "sleep-answers", TASK_MANAGER,
        "Sleep answers S_OK, HOST_E_INTERRUPTED or E_NOTIMPL.",
        "Every other answer counts as slept.";
    /// The four transitions.
    CROSSINGS_SUCCEED = "crossings-succeed", TASK_MANAGER,
        "LeaveRuntime, EnterRuntime, ReverseEnterRuntime and ReverseLeaveRuntime answer S_OK, also an EnterRuntime without its LeaveRuntime.",
        "After a failing opening call there is no closing one, and the failure is counted in the report; S_FALSE is a failure too.";
    /// `CallNeedsHostHook`.
    HOOK_IS_STABLE = "hook-is-stable", TASK_MANAGER,
        "CallNeedsHostHook answers the same for a target whenever it is asked, with S_OK.",
        "Whether calls are reported depends on who asked first; a failing answer counts as TRUE.";
    /// Threads that the host makes.
    CREATES_TASKS = "creates-tasks", TASK_MANAGER,
        "After CreateTask and Start succeed, the start routine runs once, on a thread that had no task; otherwise they fail.",
        "Thread.Start waits for a thread that never comes, or two tasks share one.";
    /// Of hosts by COM: `Start` starts.
    STARTS_WHEN_TOLD = "starts-when-told", TASK,
        "The start routine runs after IHostTask::Start was called, and once.",
        "The runtime is not ready for the thread, or a number means another thread by then.";
    /// Of hosts by COM: one task a thread.
    SAME_TASK = "same-task", TASK_MANAGER,
        "On a thread that CreateTask made, GetCurrentTask gives the task that CreateTask gave.",
        "What the runtime does with the one task (alerts it, waits for it) does not reach the other.";
    /// And their stacks.
    STACK_AS_ASKED = "stack-as-asked", TASK_MANAGER,
        "A task that was created has at least the stack that was asked for.",
        "Deep recursion ends the process where it does not without the host.";
    /// The host knows its own threads.
    KNOWS_ITS_TASKS = "knows-its-tasks", TASK_MANAGER,
        "On a thread that the host made, GetCurrentTask gives a task and SetCLRTask succeeds.",
        "The thread is outside the host's control, although the host made it.";
    /// Regions.
    REGIONS_SUCCEED = "regions-succeed", TASK_MANAGER,
        "BeginDelayAbort, EndDelayAbort, BeginThreadAffinity and EndThreadAffinity succeed; pairs of the latter two nest.",
        "The host and the runtime disagree about what the task is in.";
    /// Collections.
    SUSPENSIONS_PASS = "suspensions-pass", GC_MANAGER,
        "SuspensionStarting and SuspensionEnding succeed, and wait for no other task; ThreadIsBlockingForSuspension succeeds.",
        "The collection never ends, and with it everything else.";
    /// `Alert` succeeds.
    ALERT_SUCCEEDS = "alert-succeeds", TASK,
        "Alert succeeds, whether the task sleeps or not.",
        "The abort is not expedited.";
}
