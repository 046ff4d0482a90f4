//! The server against clients of all kinds. It serves this test's own process, which has a probe and no runtime; there is one
//! probe a process, so all tests share it.

use clrhost::Reporter;
use clrhost_control::client::{Error, Process};
use clrhost_control::protocol::{Question, Request, VERSION};
use clrhost_control::serve;
use clrhost_probe::{Probe, ProbeConfig};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// The socket of this process, served.
fn socket() -> PathBuf {
    static SERVED: OnceLock<PathBuf> = OnceLock::new();
    let socket = SERVED.get_or_init(|| {
        let probe = Probe::adopt(ProbeConfig::default()).expect("the only probe of the process");
        serve(Reporter::of_process(probe));
        let name = format!("clrhost/{}.sock", process::id());
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join(name));
        // SAFETY: takes nothing and cannot fail.
        let shared = format!("/tmp/clrhost-{}/{}.sock", unsafe { libc::geteuid() }, process::id());
        let places: Vec<PathBuf> = runtime.into_iter().chain([PathBuf::from(shared)]).collect();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            match places.iter().find(|place| UnixStream::connect(place).is_ok()) {
                Some(place) => return place.clone(),
                None => assert!(Instant::now() < deadline, "no socket at any of {places:?}"),
            }
            thread::sleep(Duration::from_millis(5));
        }
    });
    socket.clone()
}

fn assert_answers() {
    let hello = Process::find(process::id()).and_then(|process| process.hello());
    assert_eq!(hello.expect("an answer").pid, process::id());
}

fn connect() -> UnixStream {
    let stream = UnixStream::connect(socket()).expect("somebody listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// What comes back until the connection is closed.
fn answer_to(bytes: &[u8]) -> String {
    let mut stream = connect();
    // It may close its end before all is written.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    // Closing a connection with bytes that nobody read is an error at the other end; what came before it counts.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn framed(json: &str) -> Vec<u8> {
    [b"J", (json.len() as u32).to_le_bytes().as_slice(), json.as_bytes()].concat()
}

#[test]
fn every_question_has_its_answer() {
    socket();
    let process = Process::find(process::id()).unwrap();
    let hello = process.hello().unwrap();
    assert_eq!((hello.attachment.as_str(), hello.crossings.total()), ("waiting", 0));
    assert_eq!(hello.command, std::env::args().collect::<Vec<_>>());
    assert!(process.snapshot(Some(1)).unwrap().targets.is_empty());
    let report: clrhost_report::Report = serde_json::from_slice(&process.report(false).unwrap()).unwrap();
    assert_eq!(report.process.pid, process::id());
    let (threads, end) = process.stuck(Duration::ZERO).unwrap();
    assert!(threads.is_empty() && end.thunks.0 < end.thunks.1);
    let many: Vec<u64> = (0..10_000).collect();
    assert_eq!(process.methods(&many).unwrap(), vec![None; many.len()]);
    let listed = Process::all();
    assert!(listed.iter().any(|(listed, hello)| listed.pid() == process.pid() && hello.is_ok()));
}

#[test]
fn the_socket_is_for_its_user_alone() {
    let socket = socket();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn nonsense_is_refused_and_harms_nobody() {
    socket();
    assert!(answer_to(&framed("{}")).contains("not a question of version"));
    assert!(answer_to(&framed(r#"{"version":1,"ask":"everything"}"#)).contains("not a question of version"));
    assert!(answer_to(&framed(r#"{"version":99,"ask":"hello"}"#)).contains("speaks version 1"));
    assert!(answer_to(b"GET / HTTP/1.1\r\n\r\n").contains("does not keep to the protocol"));
    assert!(answer_to(b"J\xFF\xFF\xFF\xFF").contains("at most"));
    let too_many = vec![1; 5000];
    let request = Request { version: VERSION, question: Question::Methods { addresses: too_many } };
    assert!(
        answer_to(&framed(&serde_json::to_string(&request).unwrap())).contains("more than 4096 addresses")
    );
    // Deeper than the stack, were it followed.
    assert!(answer_to(&framed(&"[".repeat(100_000))).contains("not a question"));
    assert_answers();
}

#[test]
fn clients_that_say_nothing_or_hang_up_cost_others_a_moment() {
    socket();
    let silent = connect();
    let half = {
        let mut stream = connect();
        stream.write_all(&framed("{}")[..3]).unwrap();
        stream
    };
    assert_answers();
    drop((silent, half));
    for _ in 0..100 {
        let mut stream = connect();
        stream.write_all(&framed(r#"{"version":1,"ask":"report"}"#)).unwrap();
    }
    assert_answers();
}

#[test]
fn a_flood_of_clients_passes() {
    socket();
    let clients: Vec<_> = (0..16)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..20 {
                    let _ = answer_to(&framed(r#"{"version":1,"ask":"hello"}"#));
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    assert_answers();
}

#[test]
fn files_of_processes_that_are_no_more_are_cleaned_up() {
    // Above the greatest number a process can have.
    let left_over = socket().with_file_name("4194305.sock");
    fs::write(&left_over, "").unwrap();
    assert!(Process::all().iter().all(|(process, _)| process.pid() != 4_194_305));
    assert!(!left_over.exists());
    assert_answers();
}

#[test]
fn a_process_without_a_socket_is_told_of() {
    socket();
    let error = Process::find(4_194_305).unwrap_err();
    assert!(matches!(error, Error::NoProbe { .. }));
    assert!(error.to_string().contains("there is no such process"), "{error}");
    assert!(Process::find(1).unwrap_err().to_string().contains("clrhost ps"));
}

/// Runs `body` in a forked child and gives its exit code. The child may only make system calls: the forking thread is all that
/// is left of the process.
fn in_child(body: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child calls `body` and ends.
    match unsafe { libc::fork() } {
        0 => {
            let code = body();
            // SAFETY: runs the functions for the end of the process, clrhost's among them.
            unsafe { libc::exit(code) }
        }
        child => {
            assert!(child > 0);
            let mut status = 0;
            // SAFETY: waits for the child; `status` is writable.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert!(libc::WIFEXITED(status), "status {status:#x}");
            libc::WEXITSTATUS(status)
        }
    }
}

/// The descriptors of this process that are sockets on which it listens.
fn sockets() -> Vec<i32> {
    let entries = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let is_listening = |descriptor: &i32| {
        let (mut listens, mut length) = (0, 4);
        // SAFETY: writes an int.
        unsafe {
            let place = (&raw mut listens).cast();
            libc::getsockopt(*descriptor, libc::SOL_SOCKET, libc::SO_ACCEPTCONN, place, &mut length);
        }
        listens == 1
    };
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_listening).collect()
}

#[test]
fn a_forked_child_does_not_serve_and_leaves_the_socket_alone() {
    let socket = socket();
    let listening = sockets();
    assert_eq!(listening.len(), 1, "this test's process listens on no other socket");
    let descriptor = listening[0];
    let code = in_child(|| {
        // SAFETY: asks about a descriptor.
        let is_open = unsafe { libc::fcntl(descriptor, libc::F_GETFD) } >= 0;
        if is_open { 1 } else { 0 }
    });
    assert_eq!(code, 0, "the child has the parent's socket");
    assert!(socket.exists());
    assert_answers();
}

/// What a child found that acts for another user.
const CONNECTED: i32 = 10;
const ANSWERED: i32 = 11;

/// Asks as user 65534, who has got hold of the socket in some way.
fn ask_as_nobody(socket: &std::path::Path) -> i32 {
    use std::os::unix::ffi::OsStrExt;
    const NOBODY: u32 = 65534;
    let path = std::ffi::CString::new(socket.as_os_str().as_bytes()).unwrap();
    let question = framed(r#"{"version":1,"ask":"hello"}"#);
    in_child(|| {
        // SAFETY: system calls on values of this frame. By /proc/self/fd no folder on the way is asked for its rights; that takes
        // a process that may be dumped.
        unsafe {
            let file = libc::open(path.as_ptr(), libc::O_PATH);
            if libc::setgroups(0, std::ptr::null()) != 0
                || libc::setgid(NOBODY) != 0
                || libc::setuid(NOBODY) != 0
            {
                return 2;
            }
            libc::prctl(libc::PR_SET_DUMPABLE, 1);
            let mut address: libc::sockaddr_un = std::mem::zeroed();
            address.sun_family = libc::AF_UNIX as u16;
            libc::snprintf(address.sun_path.as_mut_ptr(), 100, c"/proc/self/fd/%d".as_ptr(), file);
            let stream = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0);
            let length = std::mem::size_of_val(&address) as u32;
            if libc::connect(stream, (&raw const address).cast(), length) != 0 {
                return *libc::__errno_location();
            }
            libc::send(stream, question.as_ptr().cast(), question.len(), libc::MSG_NOSIGNAL);
            let mut byte = 0u8;
            if libc::recv(stream, (&raw mut byte).cast(), 1, 0) > 0 { ANSWERED } else { CONNECTED }
        }
    })
}

#[test]
fn another_user_gets_nothing() {
    let socket = socket();
    // SAFETY: takes nothing and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        eprintln!("skipped: only root can act for another user");
        return;
    }
    assert_eq!(ask_as_nobody(&socket), libc::EACCES);
    // Somebody opens it to everybody: who asks is looked at all the same.
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).unwrap();
    let found = ask_as_nobody(&socket);
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(found, CONNECTED);
    assert_answers();
}

/// What a client asks for is written with the rights of this process, which may have more of them.
#[test]
fn a_recording_takes_the_place_of_recordings_alone() {
    socket();
    let folder = std::env::temp_dir().join(format!("clrhost-control-record-{}", process::id()));
    fs::create_dir(&folder).unwrap();
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::write(place("precious"), "kept").unwrap();
    std::os::unix::fs::symlink(place("precious"), place("link")).unwrap();
    let asked = Process::find(process::id()).unwrap();
    let mut refusals = Vec::new();
    for file in [place("precious"), place("link"), "relative".to_owned(), "/dev/null".to_owned()] {
        let refused = asked.record(&file, None, None);
        refusals.push(format!("{file}: {refused:?}"));
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refusals:?}");
    }
    assert_eq!(fs::read_to_string(place("precious")).unwrap(), "kept");
    for _ in 0..2 {
        asked.record(&place("new"), None, None).unwrap();
        assert_eq!(asked.stop_recording().unwrap(), place("new"));
    }
    assert_eq!(fs::metadata(place("new")).unwrap().mode() & 0o777, 0o600);
    fs::remove_dir_all(&folder).unwrap();
}
