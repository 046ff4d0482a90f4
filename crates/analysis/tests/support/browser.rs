//! A headless Chromium, driven through the pipe of its DevTools protocol: requests and answers are JSON, each ended by a zero byte.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long the browser may take for anything.
const LIMIT: Duration = Duration::from_secs(120);

/// A browser with one page.
pub struct Browser {
    child: Child,
    requests: File,
    answers: Receiver<Value>,
    session: Option<String>,
    next: u64,
    /// Console messages, exceptions, and addresses that were asked for.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// The command, where this machine has one. `cargo xtask test` installs it.
pub fn command() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

fn pipe() -> (OwnedFd, OwnedFd) {
    let mut ends = [0; 2];
    // SAFETY: pipe2 writes two descriptors into an array of two.
    assert_eq!(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) }, 0, "a pipe can be made");
    // SAFETY: both are open and belong to nobody else.
    unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) }
}

impl Browser {
    /// Starts it with an empty page.
    pub fn start(command: &Path) -> Browser {
        let profile = tempfile::tempdir().unwrap();
        let (their_requests, requests) = pipe();
        let (answers, their_answers) = pipe();
        let (in_fd, out_fd) = (their_requests.as_raw_fd(), their_answers.as_raw_fd());
        let mut start = Command::new(command);
        start
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-pipe",
            ])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // SAFETY: fcntl and dup2 are async-signal-safe. The copies are above 9, so that neither dup2 closes what the other needs.
        unsafe {
            start.pre_exec(move || {
                let input = libc::fcntl(in_fd, libc::F_DUPFD, 10);
                let output = libc::fcntl(out_fd, libc::F_DUPFD, 10);
                if libc::dup2(input, 3) < 0 || libc::dup2(output, 4) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = start.spawn().unwrap_or_else(|error| panic!("{}: {error}", command.display()));
        drop((their_requests, their_answers));
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(File::from(answers)).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { continue };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Browser {
            child,
            requests: File::from(requests),
            answers: receiver,
            session: None,
            next: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.ask("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let session = browser.ask("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// A request and its answer.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut request = json!({ "id": self.next, "method": method, "params": params });
        if let Some(session) = &self.session {
            request["sessionId"] = session.clone().into();
        }
        let mut bytes = serde_json::to_vec(&request).unwrap();
        bytes.push(0);
        self.requests.write_all(&bytes).expect("the browser reads");
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = self.answers.recv_timeout(left).unwrap_or_else(|error| panic!("{method}: {error}"));
            if message["id"] == self.next {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let answer = self.ask(
            "Runtime.evaluate",
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }),
        );
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Goes to a file and waits until the page says that it is ready.
    #[track_caller]
    pub fn open(&mut self, file: &Path) {
        self.ask("Page.navigate", json!({ "url": format!("file://{}", file.display()) }));
        let deadline = Instant::now() + LIMIT;
        while self.value("document.documentElement?.dataset.ready ?? ''") != "yes" {
            assert!(Instant::now() < deadline, "the page was never ready: {:?}", self.complaints());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.settle();
    }

    /// Waits until what was asked for is drawn.
    pub fn settle(&mut self) {
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
    }

    /// The window's size in pixels of the page.
    pub fn resize(&mut self, width: u32, height: u32, mobile: bool) {
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile }),
        );
        self.settle();
    }

    /// As the user's system asks for it.
    pub fn dark(&mut self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        self.ask(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] }),
        );
        self.settle();
    }

    /// A key goes down and up: a name as `ArrowLeft`, or a character.
    pub fn press(&mut self, key: &str) {
        let mut event = json!({ "type": "keyDown", "key": key });
        if key.chars().count() == 1 {
            event["text"] = key.into();
        } else if key == "Enter" {
            event["text"] = "\r".into();
        }
        event["code"] = key.into();
        event["windowsVirtualKeyCode"] = match key {
            "Enter" => 13,
            "Tab" => 9,
            "Escape" => 27,
            _ => 0,
        }
        .into();
        self.ask("Input.dispatchKeyEvent", event.clone());
        event["type"] = "keyUp".into();
        self.ask("Input.dispatchKeyEvent", event);
        self.settle();
    }

    /// The mouse: `mouseMoved`, `mousePressed`, `mouseReleased` at a place of the window.
    pub fn mouse(&mut self, kind: &str, x: f64, y: f64) {
        let buttons = i32::from(kind != "mouseReleased");
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        self.ask(
            "Input.dispatchMouseEvent",
            json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 }),
        );
        self.settle();
    }

    /// Saves a picture of the window, or of the whole page, into the folder that `CLRHOST_SCREENSHOTS` names, if it does.
    pub fn picture(&mut self, name: &str, whole: bool) {
        let Some(folder) = std::env::var_os("CLRHOST_SCREENSHOTS") else { return };
        let taken =
            self.ask("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": whole }));
        let encoded = taken["data"].as_str().expect("a picture");
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), decoded(encoded)).unwrap();
    }

    /// What went to the console, was thrown, or was asked of anything but files and the page's own data.
    pub fn complaints(&self) -> Vec<String> {
        let of = |event: &Value| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.consoleAPICalled" => Some(format!("console: {}", params["args"])),
                "Runtime.exceptionThrown" => Some(format!("thrown: {}", params["exceptionDetails"])),
                "Log.entryAdded" => Some(format!("log: {}", params["entry"])),
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str()?;
                    let outside = !url.starts_with("file:") && url != "about:blank";
                    let kept = self.events.iter().any(|event| {
                        event["method"] == "Network.loadingFailed"
                            && event["params"]["requestId"] == params["requestId"]
                            && event["params"]["blockedReason"] == "csp"
                    });
                    let kept = if kept { ", kept from it by the Content Security Policy" } else { "" };
                    outside.then(|| format!("asked for {url}{kept}"))
                }
                _ => None,
            }
        };
        self.events.iter().filter_map(of).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn decoded(base64: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = base64.bytes().filter(|&byte| byte != b'=').map(digit).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let word = chunk
            .iter()
            .enumerate()
            .fold(0u32, |word, (index, &digit)| word | u32::from(digit) << (18 - 6 * index));
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    bytes
}
