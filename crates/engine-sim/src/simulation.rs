//! Leads the tasks of a script through it, one step at a time.

use crate::engine;
use crate::log::{Log, Record, Stuck, Trail};
use crate::observed::Observed;
use crate::script::{Op, Step, TaskNumber};
use crate::threads::{self, Look};
use crate::worker;
use crate::world::{ALERTER, EngineFault, Event, Faults, Outcome, Ticks, World, lock};
use clrhost_boundary::{Boundary, Bracket, GcManager, HostingLayer, TaskManager};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A thread that is looked at twice at this distance and waits each time counts as waiting.
const BETWEEN_LOOKS: Duration = Duration::from_micros(300);
/// How long tasks that sleep for ever are left alone when nothing else is left to do.
const SOON: Duration = Duration::from_millis(50);
/// How many such looks in a row must be equal: the host may hand things on between threads of its own.
const EQUAL_LOOKS: u32 = 3;

/// A host for the simulated runtime.
pub struct HostUnderTest {
    /// Its task manager.
    pub tasks: Box<dyn TaskManager>,
    /// Its GC manager, if it has one.
    pub gc: Option<Box<dyn GcManager>>,
}

/// How a script is run.
#[derive(Clone)]
pub struct Settings {
    /// How long nothing may move, with steps still open, before these count as stuck.
    pub patience: Duration,
    /// How long one step may go on, by itself, before others are taken beside it: a host that polls is never seen to wait. With
    /// a host that does not poll, longer is surer where the machine is busy.
    pub long_step: Duration,
    /// Failures that the runtime answers the host with.
    pub faults: Vec<EngineFault>,
    /// Is told of each call to the host as it begins.
    pub trail: Option<Trail>,
}

impl Default for Settings {
    fn default() -> Settings {
        let long_step = Duration::from_millis(100);
        Settings { patience: Duration::from_secs(2), long_step, faults: Vec::new(), trail: None }
    }
}

/// Runs a valid script ([`make_valid`](crate::make_valid)) with a host, and gives everything that happened.
///
/// Each step runs on its task's own thread, and the next begins when it is over, or when its thread waits inside the host; what
/// follows of that task then waits too. So the same script with the same host is the same run, as far as the host itself is
/// deterministic. One simulation runs in a process at a time; others wait for their turn.
pub fn run(script: &[Step], host: HostUnderTest, settings: &Settings) -> Record {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = lock(&TURN);
    let log = Arc::new(Log::new(settings.trail.clone()));
    let layer = HostingLayer::new(Box::new(Observed { log: log.clone(), host: host.tasks }), |_| {});
    let gc = host.gc.map(|gc| Observed { log: log.clone(), host: gc });
    let (events, received) = channel();
    let faults = Faults::new(settings.faults.clone());
    let world =
        Arc::new(World::new(Boundary::new(Some(layer), Ticks::default()), gc, log.clone(), events, faults));
    engine::install(Some(world.clone()));
    let mut leader = Leader {
        world: world.clone(),
        events: received,
        parties: BTreeMap::new(),
        suspender: None,
        skipped: 0,
        waited: Vec::new(),
        patience: settings.patience,
        long_step: settings.long_step,
    };
    for number in [TaskNumber::RUNTIME, ALERTER] {
        leader.parties.insert(number, Party::default());
        worker::runtime_thread(world.clone(), number);
    }
    for &step in script {
        leader.add(step);
        leader.advance();
    }
    let stuck = leader.finish();
    world.close_orders();
    engine::install(None);
    let mut record = log.record();
    record.stuck = stuck;
    record.waited = leader.waited;
    record.skipped = leader.skipped;
    record.is_shut = world.boundary.layer().is_some_and(HostingLayer::is_shut);
    record
}

/// What the leader knows of one thread.
#[derive(Default)]
struct Party {
    thread: Option<u64>,
    waiting: VecDeque<Op>,
    under_way: Option<Op>,
    /// Further things under way that no step led to.
    extra: u32,
    open: Vec<Bracket>,
    is_created: bool,
    /// The step that makes its thread has not been taken yet.
    is_unborn: bool,
    is_gone: bool,
    /// Steps are left out until the method ends that an abort left; how many further calls are open inside it.
    skipping: Option<u32>,
    was_rescued: bool,
}

impl Party {
    fn is_busy(&self) -> bool {
        self.under_way.is_some() || self.extra > 0
    }

    fn is_managed(&self) -> bool {
        self.open.last().map_or(self.is_created, |&bracket| bracket == Bracket::ReverseEnter)
    }
}

struct Leader {
    world: Arc<World>,
    events: Receiver<Event>,
    parties: BTreeMap<TaskNumber, Party>,
    suspender: Option<TaskNumber>,
    skipped: usize,
    waited: Vec<Stuck>,
    patience: Duration,
    long_step: Duration,
}

impl Leader {
    fn party(&mut self, number: TaskNumber) -> &mut Party {
        self.parties.entry(number).or_default()
    }

    /// Puts a step in line.
    fn add(&mut self, step: Step) {
        if let Entry::Vacant(place) = self.parties.entry(step.task) {
            place.insert(Party::default());
            worker::foreign_thread(self.world.clone(), step.task);
        }
        let created = match step.op {
            Op::New(number) => Some(number),
            _ => None,
        };
        self.party(step.task).waiting.push_back(step.op);
        if let Some(number) = created {
            // It takes no steps before it has begun, and nobody waits for it before it is to begin.
            let party = Party { is_created: true, is_unborn: true, ..Party::default() };
            self.parties.insert(number, party);
        }
    }

    /// Takes all steps that can be taken.
    fn advance(&mut self) {
        loop {
            let all_wait = self.settle();
            let ready = self.parties.iter().find(|(number, party)| self.is_ready(**number, party));
            let Some(number) = ready.map(|(&number, _)| number) else { return };
            if all_wait {
                self.note_waiting();
            }
            self.take(number);
        }
    }

    fn is_ready(&self, number: TaskNumber, party: &Party) -> bool {
        let stands_still = match self.suspender {
            Some(suspender) => number != suspender && party.is_managed(),
            None => false,
        };
        !party.waiting.is_empty() && !party.is_busy() && !party.is_unborn && !stands_still
    }

    /// Lets a task take its next step, or leaves that out.
    fn take(&mut self, number: TaskNumber) {
        let Some(op) = self.party(number).waiting.pop_front() else { return };
        if self.is_left_out(number, op) {
            self.skipped += 1;
            if let Op::New(child) = op {
                self.lose(child);
            }
            return;
        }
        if op == Op::Suspend {
            self.suspender = Some(number);
        }
        if let Op::New(child) = op {
            let child = self.party(child);
            child.is_unborn = false;
            child.under_way = Some(op);
        }
        self.party(number).under_way = Some(op);
        self.world.order(number, op);
    }

    fn is_left_out(&mut self, number: TaskNumber, op: Op) -> bool {
        if let Op::Alert(other) | Op::Abort(other) = op {
            return self.parties.get(&other).is_none_or(|party| party.is_gone);
        }
        let party = self.party(number);
        if party.is_gone {
            return true;
        }
        let Some(inside) = &mut party.skipping else { return false };
        match op {
            Op::Leave(_) | Op::ReverseEnter(_) => *inside += 1,
            Op::Enter | Op::ReverseLeave if *inside > 0 => *inside -= 1,
            Op::ReverseLeave => party.skipping = None,
            _ => {}
        }
        true
    }

    /// The task will take no steps any more.
    fn lose(&mut self, number: TaskNumber) {
        let party = self.party(number);
        party.is_gone = true;
        party.under_way = None;
        let waiting = std::mem::take(&mut party.waiting);
        self.skipped += waiting.len();
        for op in waiting {
            if let Op::New(child) = op {
                self.lose(child);
            }
        }
        if self.suspender == Some(number) {
            self.suspender = None;
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Began(number, thread) => self.party(number).thread = Some(thread),
            Event::Busy(number) => self.party(number).extra += 1,
            Event::Over(number, outcome) => self.over(number, outcome),
        }
    }

    fn over(&mut self, number: TaskNumber, outcome: Outcome) {
        let party = self.party(number);
        let Some(op) = party.under_way.take() else {
            party.extra = party.extra.saturating_sub(1);
            return;
        };
        match (outcome, op) {
            (Outcome::Done, Op::Leave(_)) => party.open.push(Bracket::Leave),
            (Outcome::Done, Op::ReverseEnter(_)) => party.open.push(Bracket::ReverseEnter),
            (Outcome::Done, Op::Enter | Op::ReverseLeave) => drop(party.open.pop()),
            (Outcome::Done, Op::Resume(_)) => self.suspender = None,
            (Outcome::Aborted, _) => self.left_by_abort(number, op),
            (Outcome::NoThread(child), _) => self.lose(child),
            (Outcome::Ended, _) => {
                if let Op::New(child) = op {
                    self.lose(child);
                }
                self.lose(number);
            }
            (Outcome::Done, _) => {}
        }
    }

    /// An abort came in place of this step, and ended the task's innermost method.
    fn left_by_abort(&mut self, number: TaskNumber, op: Op) {
        self.skipped += 1;
        let party = self.party(number);
        party.open.pop();
        party.skipping = match op {
            Op::ReverseLeave => None,
            Op::Leave(_) => Some(1),
            _ => Some(0),
        };
        match op {
            Op::New(child) => self.lose(child),
            Op::Suspend => self.suspender = None,
            _ => {}
        }
    }

    /// Keeps which steps wait in the host, though another can be taken.
    fn note_waiting(&mut self) {
        let new: Vec<Stuck> = self.stuck().into_iter().filter(|stuck| !self.waited.contains(stuck)).collect();
        self.waited.extend(new);
    }

    /// Waits until nothing moves by itself. True if that is because every thread that is busy waits, and some are.
    fn settle(&mut self) -> bool {
        let began = Instant::now();
        let (mut last, mut equal) = (None, 0);
        while self.parties.values().any(Party::is_busy) && began.elapsed() < self.long_step {
            match self.events.recv_timeout(BETWEEN_LOOKS) {
                Ok(event) => {
                    self.note(event);
                    (last, equal) = (None, 0);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let looks = self.looks();
            equal = if looks.is_some() && looks == last { equal + 1 } else { 0 };
            if equal == EQUAL_LOOKS {
                return true;
            }
            last = looks;
        }
        while let Ok(event) = self.events.try_recv() {
            self.note(event);
        }
        false
    }

    /// The busy threads, if all of them wait.
    fn looks(&self) -> Option<HashMap<u64, Look>> {
        let busy = self.parties.values().filter(|party| party.is_busy());
        // One without a thread yet is about to get it.
        busy.map(|party| {
            let thread = party.thread?;
            threads::look(thread).filter(|look| look.waits).map(|look| (thread, look))
        })
        .collect()
    }

    /// Waits for the rest; what does not come to its end is stuck.
    fn finish(&mut self) -> Vec<Stuck> {
        let mut moved = Instant::now();
        loop {
            self.advance();
            if !self.parties.values().any(Party::is_busy) {
                return Vec::new();
            }
            match self.events.recv_timeout(Duration::from_millis(20)) {
                Ok(event) => {
                    self.note(event);
                    moved = Instant::now();
                }
                Err(_) if moved.elapsed() > SOON && self.rescue() => moved = Instant::now(),
                Err(_) if moved.elapsed() < self.patience => {}
                Err(_) => return self.stuck(),
            }
        }
    }

    /// Alerts a task that sleeps for ever, once: a script need not have an alert for each such sleep.
    fn rescue(&mut self) -> bool {
        let sleeps = |party: &Party| {
            matches!(party.under_way, Some(Op::Sleep { milliseconds: None, .. })) && !party.was_rescued
        };
        let Some(number) = self.parties.iter().find(|(_, party)| sleeps(party)).map(|(&number, _)| number)
        else {
            return false;
        };
        self.party(number).was_rescued = true;
        self.party(ALERTER).extra += 1;
        self.world.order(ALERTER, Op::Alert(number));
        true
    }

    fn stuck(&self) -> Vec<Stuck> {
        let busy = self.parties.iter().filter(|(_, party)| party.is_busy());
        busy.map(|(&task, party)| {
            let op = party.under_way.unwrap_or(Op::Alert(task));
            let task = if task == ALERTER { TaskNumber::RUNTIME } else { task };
            Stuck { step: Step { task, op }, inside: self.world.log.inside(task) }
        })
        .collect()
    }
}
