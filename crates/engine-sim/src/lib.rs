//! A runtime that is not there: it drives a host through the contract, one scripted step after another.
//!
//! The real CoreCLR decides by itself when its threads run, so what a host does in a certain order of events can be found out on
//! it only by luck. Here a [script](Step) says which task crosses the border when, sleeps, is aborted, or ends; [`run`] takes
//! the steps one by one, each on the thread of its task, and gives a [`Record`] of every call and answer. No .NET is needed.
//!
//! The calls to the host go through the same core as those of CoreCLR (`clrhost_boundary`), and a host's calls to the runtime
//! through the same [`clrhost::Tasks`]. What is simulated is the source of crossings, the threads, and collections.
//!
//! It is not CoreCLR: it runs no managed code and allocates nothing, so it cannot show what a host's native code does to a
//! heap. It also does what a runtime may do by the contract and CoreCLR does not, such as an `EnterRuntime` without its
//! `LeaveRuntime`.

mod engine;
mod log;
mod observed;
mod random;
mod script;
mod simulation;
mod threads;
mod valid;
mod worker;
mod world;

pub use log::{Answer, Argument, EngineCall, HostCall, Lapse, Record, Stuck, Trail};
pub use random::{Shape, random_script};
pub use script::{Callee, Op, ScriptError, Step, TaskNumber, parse, print};
pub use simulation::{HostUnderTest, Settings, run};
pub use valid::{MAX_TASKS, State, make_valid};
pub use world::EngineFault;
