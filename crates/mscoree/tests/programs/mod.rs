//! Compiles programs of hosts, once each, and runs them.

use clrhost_testkit::{dotnet_root, target_dir, workspace_root};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// A C++ compiler.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compiler {
    Gcc,
    Clang,
}

impl Compiler {
    fn command(self) -> &'static str {
        match self {
            Compiler::Gcc => "g++",
            Compiler::Clang => "clang++",
        }
    }

    /// g++, which `cargo xtask test` installs, and clang++ where it is there.
    pub fn installed() -> Vec<Compiler> {
        let works = |compiler: &Compiler| {
            Command::new(compiler.command())
                .arg("--version")
                .output()
                .is_ok_and(|output| output.status.success())
        };
        let installed: Vec<_> = [Compiler::Gcc, Compiler::Clang].into_iter().filter(works).collect();
        assert!(installed.contains(&Compiler::Gcc), "g++ is missing; `cargo xtask test` installs it");
        installed
    }
}

/// A program that is to be run.
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    time_limit: Duration,
}

/// What came of a run.
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    /// A program of `tests/cxx`.
    pub fn cxx(name: &str) -> Program {
        Self::with(name, Compiler::Gcc, &["-std=c++17"])
    }

    /// The same by another compiler, or in another dialect.
    pub fn with(name: &str, compiler: Compiler, options: &[&str]) -> Program {
        let source = workspace_root().join("crates/mscoree/tests/cxx").join(name).with_extension("cpp");
        Self::compiled(compiler.command(), options, vec![source])
    }

    /// A program of several files of a folder.
    pub fn sources(files: &[&str], folder: &str) -> Program {
        let sources = files.iter().map(|file| workspace_root().join(folder).join(file)).collect();
        Self::compiled("g++", &["-std=c++17"], sources)
    }

    /// A program in C.
    pub fn c(source: &str) -> Program {
        Self::compiled("cc", &["-std=c11"], vec![workspace_root().join(source)])
    }

    fn compiled(compiler: &str, options: &[&str], sources: Vec<PathBuf>) -> Program {
        type Places = HashMap<String, Arc<OnceLock<PathBuf>>>;
        static COMPILED: Mutex<Option<Places>> = Mutex::new(None);
        let key = format!("{compiler} {options:?} {sources:?}");
        // One lock for each program, so that others need not wait for its compiler.
        let place = {
            let mut compiled = COMPILED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            compiled.get_or_insert_default().entry(key).or_default().clone()
        };
        let path = place.get_or_init(|| compile(compiler, options, &sources)).clone();
        Program { path, arguments: Vec::new(), time_limit: Duration::from_secs(60) }
    }

    pub fn arg(mut self, argument: impl AsRef<Path>) -> Program {
        self.arguments.push(argument.as_ref().into());
        self
    }

    pub fn args(mut self, arguments: &[&str]) -> Program {
        self.arguments.extend(arguments.iter().map(OsString::from));
        self
    }

    pub fn time_limit(mut self, limit: Duration) -> Program {
        self.time_limit = limit;
        self
    }

    /// Runs it to its end. Nothing of clrhost is in its environment.
    pub fn run(self) -> Finished {
        let scratch = clrhost_testkit::scratch("cxx");
        let (stdout, stderr) = (scratch.join("stdout"), scratch.join("stderr"));
        let create = |path| std::fs::File::create(path).expect("the scratch folder is ours");
        let mut child = Command::new(&self.path)
            .args(&self.arguments)
            .env("LD_LIBRARY_PATH", library_folder())
            .env("DOTNET_ROOT", dotnet_root())
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .stdin(Stdio::null())
            .stdout(create(&stdout))
            .stderr(create(&stderr))
            .spawn()
            .expect("it was just compiled");
        let end = Instant::now() + self.time_limit;
        let code = loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status.code();
            }
            if Instant::now() > end {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
        Finished { code, stdout: read(stdout), stderr: read(stderr) }
    }

    /// Runs it; it has to end with 0. Gives what it printed.
    #[track_caller]
    pub fn succeeds(self) -> String {
        let what = format!("{} {:?}", self.path.display(), self.arguments);
        let finished = self.run();
        assert_eq!(
            finished.code,
            Some(0),
            "{what} (None: killed by a signal, or too slow)\n{}{}",
            finished.stdout,
            finished.stderr
        );
        finished.stdout
    }

    /// Runs one that checks things and says so at the end.
    #[track_caller]
    pub fn passes(self) -> String {
        let output = self.succeeds();
        assert!(output.contains("all checks passed"), "{output}");
        output
    }
}

/// Where cargo puts the library that is built for these tests.
fn library_folder() -> PathBuf {
    let test = std::env::current_exe().expect("the test binary has a path");
    let folder = test.parent().expect("it lies in a folder").to_path_buf();
    assert!(folder.join("libmscoree.so").exists(), "no libmscoree.so in {}", folder.display());
    folder
}

fn compile(compiler: &str, options: &[&str], sources: &[PathBuf]) -> PathBuf {
    let name = sources[0].file_stem().expect("it has a name").to_string_lossy().into_owned();
    let folder = target_dir().join("clrhost/cxx");
    std::fs::create_dir_all(&folder).expect("the build folder is ours");
    let dialect: String = options.concat().chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    let parent = sources[0].parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let path = folder.join(format!("{parent}-{name}-{compiler}-{dialect}-{}", std::process::id()));
    let output = Command::new(compiler)
        .args(options)
        .args(["-g", "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(workspace_root().join("include"))
        .args(sources)
        .arg("-o")
        .arg(&path)
        .arg("-L")
        .arg(library_folder())
        .args(["-lmscoree", "-pthread"])
        .output()
        .expect("the compiler starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

/// A code as the contract writes it.
pub fn hresult(code: u32) -> String {
    clrhost_abi::Hresult(code as i32).to_string()
}
