//! One thread of the simulated runtime: it takes the steps of its task.

use crate::engine;
use crate::log::{Lapse, set_thread_task};
use crate::script::{Callee, Op, TaskNumber};
use crate::threads;
use crate::world::{Event, Outcome, Seat, World, check_stack, key};
use clrhost_boundary::{Bracket, HostResult, Hresult, TaskIdentity, TaskOwner, TaskRequest, WaitOption};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};

/// Stack that is asked for, for every other thread: more than what threads get by default is not asked of a host, less is.
const STACK: usize = 1 << 20;

struct Worker {
    world: Arc<World>,
    seat: Arc<Seat>,
    owner: TaskOwner,
    /// The runtime had this thread made, so that managed code is at its base.
    is_created: bool,
    open: Vec<(Bracket, Callee)>,
    affinity: u32,
    /// It collects.
    suspends: bool,
}

/// A thread of native code's, which takes the steps of this task.
pub(crate) fn foreign_thread(world: Arc<World>, number: TaskNumber) {
    world.add_seat(number);
    let orders = world.open_orders(number);
    std::thread::spawn(move || run(world, number, false, orders));
}

/// A thread of the runtime's own: it alerts and aborts.
pub(crate) fn runtime_thread(world: Arc<World>, number: TaskNumber) {
    let orders = world.open_orders(number);
    std::thread::spawn(move || {
        set_thread_task(TaskNumber::RUNTIME);
        world.tell(Event::Began(number, threads::current_id()));
        for op in orders {
            match op {
                Op::Alert(task) => world.alert(task),
                Op::Abort(task) => engine::abort(&world, task),
                _ => {}
            }
            world.tell(Event::Over(number, Outcome::Done));
        }
    });
}

fn run(world: Arc<World>, number: TaskNumber, is_created: bool, orders: Receiver<Op>) {
    begin(world, number, is_created, || {}).serve(orders);
}

/// Makes the task of the calling thread. `paired` is called when the two sides know each other.
fn begin(world: Arc<World>, number: TaskNumber, is_created: bool, paired: impl FnOnce()) -> Worker {
    set_thread_task(number);
    let os_thread_id = threads::current_id();
    world.tell(Event::Began(number, os_thread_id));
    let seat = world.add_seat(number);
    let identity = TaskIdentity {
        os_thread_id,
        runtime_thread_id: number.0.into(),
        name: Some(format!("task {number}")),
        ..TaskIdentity::default()
    };
    let owner = world.boundary.start_task(identity, true);
    let task = owner.task().clone();
    if is_created {
        task.set_managed_thread(number.0.into());
    }
    let _ = seat.task.set(task.clone());
    engine::set_current(Some(task));
    paired();
    let worker = Worker { world, seat, owner, is_created, open: Vec::new(), affinity: 0, suspends: false };
    if is_created {
        worker.reverse_enter(Callee::THREAD_START);
        worker.world.tell(Event::Over(number, Outcome::Done));
    }
    worker
}

impl Worker {
    fn serve(mut self, orders: Receiver<Op>) {
        for op in orders {
            let outcome = if self.is_to_be_aborted(op) { self.take_abort() } else { self.take(op) };
            if outcome == Outcome::Ended {
                return self.end();
            }
            self.world.tell(Event::Over(self.seat.number, outcome));
        }
    }

    fn is_managed(&self) -> bool {
        self.open.last().map_or(self.is_created, |open| open.0 == Bracket::ReverseEnter)
    }

    /// The collector does not stop for an abort.
    fn is_to_be_aborted(&self, op: Op) -> bool {
        self.is_managed() && !matches!(op, Op::Resume(_)) && self.seat.abort.swap(false, Ordering::AcqRel)
    }

    /// The exception leaves the innermost method, whose caller's `finally` blocks have run.
    fn take_abort(&mut self) -> Outcome {
        for _ in 0..std::mem::take(&mut self.affinity) {
            self.end_affinity();
        }
        self.owner.task().abort().finished();
        if self.open.is_empty() {
            return Outcome::Ended;
        }
        self.close();
        Outcome::Aborted
    }

    fn take(&mut self, op: Op) -> Outcome {
        let task = self.owner.task().clone();
        let Some(layer) = self.world.boundary.layer() else { return Outcome::Done };
        match op {
            Op::New(number) => return self.start_thread(number),
            Op::Leave(callee) => {
                self.open.push((Bracket::Leave, callee));
                let bind = || self.world.bind(callee);
                self.world.boundary.leave::<false, true>(&self.owner, key(callee), 0, bind);
            }
            Op::ReverseEnter(callee) => {
                self.open.push((Bracket::ReverseEnter, callee));
                self.reverse_enter(callee);
                // A thread with managed code on its stack can be aborted.
                task.set_managed_thread(self.seat.number.0.into());
                self.block();
            }
            Op::Enter => {
                self.close();
                self.block();
            }
            Op::ReverseLeave => self.close(),
            Op::StrayEnter => {
                let id = self.world.bind(Callee('a'));
                if let Some(target) = self.world.boundary.target(id).filter(|_| self.owner.is_hosted()) {
                    layer.call("EnterRuntime", |host| host.enter_runtime(&task, target));
                }
            }
            Op::Sleep { milliseconds, alertable } => self.sleep(milliseconds, alertable),
            Op::Switch => {
                // Whatever it answers, the thread goes on.
                let _ = self.ask("SwitchToTask", |host| host.switch_to_task(&task, WaitOption::default()));
            }
            Op::SetLocale(lcid) => {
                // A failure is thrown at the program, which goes on here.
                let _ = self.ask("SetLocale", |host| host.set_locale(&task, lcid));
            }
            Op::SetUiLocale(lcid) => {
                let _ = self.ask("SetUILocale", |host| host.set_ui_locale(&task, lcid));
            }
            Op::BeginDelayAbort => {
                if task.abort().begin_delay() && self.owner.is_hosted() {
                    layer.call("BeginDelayAbort", |host| host.begin_delay_abort(&task));
                }
            }
            Op::EndDelayAbort => {
                if let Ok(end) = task.abort().end_delay() {
                    if end.outermost && self.owner.is_hosted() {
                        layer.call("EndDelayAbort", |host| host.end_delay_abort(&task));
                    }
                    if end.deliver {
                        engine::deliver(&self.world, &task);
                    }
                }
            }
            Op::BeginThreadAffinity => {
                self.affinity += 1;
                task.begin_affinity();
                if self.owner.is_hosted() {
                    layer.call("BeginThreadAffinity", |host| host.begin_thread_affinity(&task));
                }
            }
            Op::EndThreadAffinity => {
                self.affinity = self.affinity.saturating_sub(1);
                self.end_affinity();
            }
            Op::Ask(callee) => {
                let id = self.world.bind(callee);
                if let Some(target) = self.world.boundary.target(id) {
                    layer.call("CallNeedsHostHook", |host| host.call_needs_host_hook(target).map(drop));
                }
            }
            Op::Suspend => {
                self.world.tell_gc("SuspensionStarting", |gc| gc.suspension_starting());
                self.suspend(true);
            }
            Op::Resume(generation) => {
                self.suspend(false);
                self.world.tell_gc("SuspensionEnding", |gc| gc.suspension_ending(Some(generation)));
            }
            Op::End => return Outcome::Ended,
            // Steps of the runtime's own threads.
            Op::Alert(_) | Op::Abort(_) => {}
        }
        Outcome::Done
    }

    /// Asks the host what it may leave to the runtime. A thread that is none of the host's is not asked about.
    fn ask(
        &self,
        method: &'static str,
        ask: impl FnOnce(&dyn clrhost_boundary::TaskManager) -> HostResult,
    ) -> HostResult {
        match self.world.boundary.layer().filter(|_| self.owner.is_hosted()) {
            Some(layer) => layer.ask(method, ask),
            None => Err(Hresult::E_NOTIMPL),
        }
    }

    fn reverse_enter(&self, callee: Callee) {
        let bind = || self.world.bind(callee);
        self.world.boundary.reverse_enter::<false, true>(&self.owner, key(callee), 0, bind);
    }

    /// Ends the call that is innermost.
    fn close(&mut self) {
        let Some((bracket, callee)) = self.open.pop() else { return };
        let bind = || self.world.bind(callee);
        let boundary = &self.world.boundary;
        match bracket {
            Bracket::Leave => boundary.enter::<false, true>(&self.owner, key(callee), bind),
            Bracket::ReverseEnter => boundary.reverse_leave::<false, true>(&self.owner, key(callee), bind),
        }
    }

    fn suspend(&mut self, suspends: bool) {
        self.suspends = suspends;
        self.world.suspended.store(suspends, Ordering::Release);
    }

    /// Managed code goes on only when no collection suspends it.
    fn block(&self) {
        if self.world.suspended.load(Ordering::Acquire) {
            self.world.tell_gc("ThreadIsBlockingForSuspension", |gc| gc.thread_is_blocking_for_suspension());
        }
    }

    fn sleep(&self, milliseconds: Option<u32>, alertable: bool) {
        let option = if alertable { WaitOption::ALERTABLE } else { WaitOption::default() };
        let task = self.owner.task();
        let answer = self.ask("Sleep", |host| host.sleep(task, milliseconds, option));
        if answer != Err(Hresult::E_NOTIMPL) {
            return;
        }
        let bind = || self.world.bind(Callee::WAIT);
        let wait = key(Callee::WAIT);
        self.world.boundary.leave::<false, true>(&self.owner, wait, 0, bind);
        self.seat.sleep(milliseconds, alertable);
        self.world.boundary.enter::<false, true>(&self.owner, wait, bind);
    }

    fn end_affinity(&self) {
        let task = self.owner.task();
        if let (true, true, Some(layer)) =
            (task.end_affinity(), self.owner.is_hosted(), self.world.boundary.layer())
        {
            layer.call("EndThreadAffinity", |host| host.end_thread_affinity(task));
        }
    }

    /// Asks the host for a thread, and waits until it runs, as `Thread.Start` does.
    fn start_thread(&self, number: TaskNumber) -> Outcome {
        let (paired, is_paired) = channel();
        self.world.add_seat(number);
        let orders = self.world.open_orders(number);
        let stack_size = if number.0.is_multiple_of(2) { STACK } else { 0 };
        let world = self.world.clone();
        let body = move || {
            let is_own = engine::current().is_none();
            let tell = || {
                // Fails only if nobody waits any more.
                let _ = paired.send(is_own);
            };
            if !is_own {
                world.log.lapse(Lapse::ThreadShared(number));
                return tell();
            }
            check_stack(&world.log, number, stack_size);
            begin(world, number, true, tell).serve(orders);
        };
        let request = TaskRequest::new(stack_size, body);
        let layer = self.world.boundary.layer();
        // About another thread than this one, so the host is asked here even if this one is none of its.
        let answer = layer.map_or(Err(Hresult::E_NOTIMPL), |layer| {
            layer.ask("CreateTask", |host| host.create_task(request.clone()))
        });
        // The failure that shuts the layer takes no thread from the application.
        let is_shut = layer.is_some_and(|layer| layer.is_shut());
        match answer {
            Ok(()) => {
                drop(request);
                match is_paired.recv() {
                    Ok(true) => Outcome::Done,
                    Ok(false) => Outcome::NoThread(number),
                    Err(_) => {
                        self.world.log.lapse(Lapse::ThreadDropped(number));
                        Outcome::NoThread(number)
                    }
                }
            }
            Err(hresult) if hresult == Hresult::E_NOTIMPL || is_shut => {
                std::thread::spawn(move || request.run());
                if is_paired.recv() == Ok(true) { Outcome::Done } else { Outcome::NoThread(number) }
            }
            Err(_) => Outcome::NoThread(number),
        }
    }

    fn end(mut self) {
        if self.suspends {
            self.suspend(false);
        }
        let Worker { world, seat, owner, is_created, open, .. } = self;
        if is_created && open.is_empty() {
            let bind = || world.bind(Callee::THREAD_START);
            world.boundary.reverse_leave::<false, true>(&owner, key(Callee::THREAD_START), bind);
        }
        // What the thread leaves open is closed here, youngest first.
        world.boundary.end_task(owner);
        engine::set_current(None);
        world.tell(Event::Over(seat.number, Outcome::Ended));
    }
}
