//! Recordings made by hand.

#![allow(dead_code, reason = "each test binary uses its own part")]

use clrhost_trace::{
    Call, Collection, Direction, End, Loss, OPEN, Origin, Pause, PauseReason, Recording, Target, Thread,
};
use std::cell::Cell;

pub const MS: u64 = 1_000_000;
pub const S: u64 = 1_000 * MS;

/// A recording under way; calls may come in any order.
#[derive(Default)]
pub struct Scene {
    pub recording: Recording,
    random: Cell<u64>,
}

impl Scene {
    pub fn new() -> Scene {
        let mut scene = Scene { random: Cell::new(0x2545_F491_4F6C_DD1D), ..Scene::default() };
        scene.recording.origin = Origin {
            clrhost_version: "0.1.0".into(),
            runtime: "CoreCLR 8.0.4".into(),
            pid: 4711,
            command: ["dotnet", "/srv/orders/Orders.Api.dll", "--urls", "http://127.0.0.1:5080"]
                .map(Into::into)
                .into(),
            began_unix_ns: 1_795_615_401_000_000_000,
            source: "thunks".into(),
        };
        scene
    }

    pub fn native(&mut self, method: &str, library: &str, symbol: &str) -> u32 {
        self.target(Target {
            direction: Direction::Leave,
            kind: "pinvoke".into(),
            method: method.into(),
            assembly: Some(format!("{}.dll", method.split('.').next().unwrap())),
            library: Some(library.into()),
            symbol: Some(symbol.into()),
            file: Some(format!("/usr/lib/x86_64-linux-gnu/{library}")),
        })
    }

    pub fn callback(&mut self, method: &str) -> u32 {
        self.target(Target {
            direction: Direction::ReverseEnter,
            kind: "delegate".into(),
            method: method.into(),
            assembly: Some("Orders.Api.dll".into()),
            ..Target::default()
        })
    }

    fn target(&mut self, target: Target) -> u32 {
        self.recording.targets.push(target);
        self.recording.targets.len() as u32 - 1
    }

    pub fn thread(&mut self, kind: &str, name: Option<&str>, began_ns: u64) -> u32 {
        let number = self.recording.threads.len() as u64;
        self.recording.threads.push(Thread {
            os_thread_id: 4711 + number,
            name: name.map(Into::into),
            kind: Some(kind.into()),
            began_ns,
            ended_ns: None,
        });
        number as u32
    }

    pub fn call(&mut self, thread: u32, target: u32, began_ns: u64, duration_ns: u64) {
        self.recording.calls.push(Call { thread, target, began_ns, duration_ns });
    }

    /// A number below `limit`, the same ones each time.
    pub fn random(&self, limit: u64) -> u64 {
        let mut number = self.random.get();
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        self.random.set(number);
        number % limit
    }

    pub fn finish(mut self, end: End) -> Recording {
        self.recording.end = end;
        let calls = self.recording.calls.iter().filter(|call| call.duration_ns != OPEN);
        let last = calls.map(|call| call.began_ns + call.duration_ns).max().unwrap_or(0);
        self.recording.until_ns = match end {
            End::Cut => last,
            End::Stopped { at_ns } | End::Exit { at_ns, .. } | End::Signal { at_ns, .. } => at_ns,
        };
        self.recording
            .calls
            .sort_by_key(|call| (call.thread, call.began_ns, std::cmp::Reverse(call.duration_ns)));
        self.recording
    }
}

/// A service whose pool was starved by its database, with collections, callbacks and threads that wait.
pub fn service() -> Recording {
    let mut scene = Scene::new();
    let exec = scene.native("Npq.Native.PQexec", "libpq.so.5", "PQexec");
    let escape = scene.native("Npq.Native.PQescapeStringConn", "libpq.so.5", "PQescapeStringConn");
    let step = scene.native("Sqlite.Native.sqlite3_step", "libsqlite3.so.0", "sqlite3_step");
    let bind = scene.native("Sqlite.Native.sqlite3_bind_text", "libsqlite3.so.0", "sqlite3_bind_text");
    let value = scene.native("Sqlite.Native.sqlite3_value_text", "libsqlite3.so.0", "sqlite3_value_text");
    let deflate =
        scene.native("Interop.ZLib.Deflate", "libSystem.IO.Compression.Native", "CompressionNative_Deflate");
    let read = scene.native("Interop.Sys.Read", "libSystem.Native", "SystemNative_Read");
    let events = scene.native(
        "Interop.Sys.WaitForSocketEvents",
        "libSystem.Native",
        "SystemNative_WaitForSocketEvents",
    );
    let hash = scene.native("Orders.Native.hash_block", "libfasthash.so", "fh_update");
    let compare = scene.callback("Orders.Collation.CompareNames.Invoke");
    let price = scene.callback("Orders.Pricing.PriceWithTax.Invoke");
    let main = scene.thread("main", Some("Orders.Api"), 0);
    let finalizer = scene.thread("finalizer", Some(".NET Finalizer"), 3 * MS);
    let sockets = scene.thread("user", Some(".NET Sockets"), 40 * MS);
    let report = scene.thread("user", Some("nightly report"), 300 * MS);
    scene.call(main, read, 120 * MS, OPEN);
    scene.call(sockets, events, 45 * MS, OPEN);
    scene.call(finalizer, deflate, 900 * MS, 3 * MS);
    let workers: Vec<u32> = (0..12)
        .map(|n| scene.thread("threadpool_worker", Some(".NET TP Worker"), 60 * MS + n * 9 * MS))
        .collect();
    for &worker in &workers {
        let mut now = 80 * MS + u64::from(worker) * 11 * MS;
        while now < 1_150 * MS {
            let took = 2 * MS + scene.random(25 * MS);
            scene.call(worker, escape, now, 1_000 + scene.random(4_000));
            scene.call(worker, exec, now + 40_000, took);
            now += took + MS + scene.random(9 * MS);
        }
        let began = 1_200 * MS + scene.random(40 * MS);
        let took = 4_180 * MS + scene.random(50 * MS);
        scene.call(worker, exec, began, took);
        let mut now = began + took + 3 * MS;
        while now < 5_950 * MS {
            let took = 300_000 + scene.random(4 * MS);
            scene.call(worker, if scene.random(4) == 0 { deflate } else { exec }, now, took);
            now += took + scene.random(12 * MS);
        }
    }
    // The report: SQLite with two callbacks, which ask it for values.
    let mut now = 320 * MS;
    while now < 3_400 * MS {
        scene.call(report, bind, now, 900 + scene.random(2_000));
        let began = now + 20_000;
        let mut inside = began + 10_000;
        for round in 0..6 {
            let took = 80_000 + scene.random(400_000);
            scene.call(report, if round % 3 == 0 { price } else { compare }, inside, took);
            scene.call(report, value, inside + 10_000, 3_000 + scene.random(20_000));
            scene.call(report, value, inside + 40_000, 3_000 + scene.random(20_000));
            inside += took + 30_000;
        }
        scene.call(report, step, began, inside - began + 60_000);
        now = inside + 100_000 + scene.random(15 * MS);
    }
    scene.call(report, hash, 3_700 * MS, 380 * MS);
    scene.recording.threads[report as usize].ended_ns = Some(4_400 * MS);
    for (began, stopping, held, generation) in [
        (400, 200_000, 4, 0),
        (800, 150_000, 3, 0),
        (1_900, 300_000, 9, 1),
        (2_600, 250_000, 5, 0),
        (4_000, 80 * MS, 6, 2),
        (5_700, 180_000, 12, 1),
    ] {
        let began_ns = began * MS;
        scene.recording.pauses.push(Pause {
            reason: PauseReason::GarbageCollection,
            began_ns,
            stopping_ns: stopping,
            duration_ns: stopping + held * MS,
        });
        let collection = Collection {
            generation,
            induced: generation == 2,
            began_ns: began_ns + stopping,
            duration_ns: held * MS - 200_000,
        };
        scene.recording.collections.push(collection);
    }
    scene.finish(End::Signal { at_ns: 6 * S, signal: 15 })
}

/// A million calls and more on four threads, with nesting.
pub fn million() -> Recording {
    let mut scene = Scene::new();
    let outer = scene.native("Sqlite.Native.sqlite3_step", "libsqlite3.so.0", "sqlite3_step");
    let inner = scene.callback("Orders.Collation.CompareNames.Invoke");
    let short = scene.native("Sqlite.Native.sqlite3_column_int", "libsqlite3.so.0", "sqlite3_column_int");
    for number in 0..4u64 {
        let thread = scene.thread("user", Some(&format!("importer {number}")), 0);
        let mut now = number * 1_000;
        for _ in 0..100_000 {
            let took = 800 + scene.random(3_000);
            scene.call(thread, outer, now, took);
            scene.call(thread, inner, now + 100, took / 2);
            scene.call(thread, short, now + took + 20, 15 + scene.random(40));
            now += took + 100 + scene.random(2_000);
        }
    }
    let end = scene.recording.calls.iter().map(|call| call.began_ns).max().unwrap() + MS;
    scene.finish(End::Exit { at_ns: end, code: 0 })
}

/// Names that would do harm if they were taken for markup or script.
pub const HOSTILE: [&str; 5] = [
    "</script><img src=x onerror=\"document.documentElement.dataset.owned='yes'\">",
    "<!--<script>document.documentElement.dataset.owned='yes'</script>",
    "\u{2028}'\"`${document.documentElement.dataset.owned='yes'}\\",
    "]]></style><svg onload=\"document.documentElement.dataset.owned='yes'\">",
    "{{data}}{{script}}",
];

/// All of them, wherever there is a name; killed, with losses.
pub fn hostile() -> Recording {
    let mut scene = Scene::new();
    scene.recording.origin.command = HOSTILE.map(Into::into).into();
    scene.recording.origin.runtime = HOSTILE[0].into();
    scene.recording.origin.source = HOSTILE[0].into();
    scene.recording.origin.clrhost_version = HOSTILE[0].into();
    for (number, name) in HOSTILE.iter().enumerate() {
        let target = if number % 2 == 0 { scene.native(name, name, name) } else { scene.callback(name) };
        scene.recording.targets[target as usize].kind = (*name).into();
        let thread = scene.thread(name, Some(name), 0);
        scene.call(thread, target, 10 * MS, 500 * MS);
        scene.call(thread, 0, 20 * MS, 300 * MS);
        scene.call(thread, target, 600 * MS, OPEN);
        scene.recording.losses.push(Loss { thread: Some(thread), until_ns: S, calls: 7 });
    }
    scene.recording.pauses.push(Pause { duration_ns: OPEN, began_ns: 700 * MS, ..Pause::default() });
    scene.finish(End::Cut)
}
