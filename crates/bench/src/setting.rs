//! Where everything lies that is run.

use crate::Failure;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders and programs.
pub struct Setting {
    /// The root of the source tree.
    pub root: PathBuf,
    /// The command `clrhost`.
    pub clrhost: PathBuf,
    /// Where `libmscoree.so` lies, for the host in C++.
    pub libraries: PathBuf,
    dotnet_root: PathBuf,
    built: PathBuf,
}

impl Setting {
    /// Looks for what `cargo xtask bench` builds.
    pub fn find(clrhost: Option<PathBuf>) -> Result<Setting, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .expect("two folders below")
            .to_path_buf();
        let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        let built = target.join("clrhost");
        let dotnet_root = env::var_os("CLRHOST_TEST_DOTNET_ROOT").map_or(built.join("dotnet"), PathBuf::from);
        let clrhost = clrhost.unwrap_or_else(|| target.join("release/clrhost"));
        let setting = Setting { root, clrhost, libraries: target.join("release"), dotnet_root, built };
        let needed = [
            setting.clrhost.clone(),
            setting.dotnet(),
            setting.fixture("Bench"),
            setting.fixture("Hello"),
            setting.orders(),
        ];
        for needed in needed {
            if !needed.exists() {
                return Err(format!("{} is missing; `cargo xtask bench` makes it", needed.display()));
            }
        }
        Ok(setting)
    }

    /// The `dotnet` command.
    pub fn dotnet(&self) -> PathBuf {
        self.dotnet_root.join("dotnet")
    }

    /// A program of `fixtures/managed`.
    pub fn fixture(&self, name: &str) -> PathBuf {
        self.built.join("fixtures").join(name).join(name).with_extension("dll")
    }

    /// The sample over SQLite.
    pub fn orders(&self) -> PathBuf {
        self.built.join("samples/orders/Orders.dll")
    }

    /// Where Frida's package lies, if somebody has put it there.
    pub fn frida(&self) -> PathBuf {
        self.built.join("frida")
    }

    /// Puts hooks of others on a program.
    pub fn hook_script(&self) -> PathBuf {
        self.root.join("crates/bench/hooks/hook.py")
    }

    /// Where calls are recorded.
    pub fn recording(&self) -> PathBuf {
        self.built.join("recording.clrtrace")
    }

    /// The host in C++, once [`compile_com_host`](Self::compile_com_host) has made it.
    pub fn com_host(&self) -> PathBuf {
        self.built.join("bench/host")
    }

    /// Compiles the host in C++. Says why that cannot be done.
    pub fn compile_com_host(&self) -> Result<(), Failure> {
        let library = self.libraries.join("libmscoree.so");
        if !library.exists() {
            return Err(format!("{} is missing; `cargo xtask bench` makes it", library.display()));
        }
        fs::create_dir_all(self.com_host().parent().expect("it lies in a folder"))
            .map_err(|error| error.to_string())?;
        let mut compiler = Command::new("g++");
        compiler.args(["-std=c++17", "-O2", "-I"]).arg(self.root.join("include"));
        compiler.arg(self.root.join("crates/bench/cxx/host.cpp")).arg("-o").arg(self.com_host());
        compiler.arg("-L").arg(&self.libraries).args(["-lmscoree", "-pthread"]);
        let output = compiler.output().map_err(|error| format!("can't start g++: {error}"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// As the tests run programs: without libicu, and without a profiler from outside.
    pub fn environment(&self, command: &mut Command) {
        command.env("DOTNET_ROOT", &self.dotnet_root).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        command.env_remove("CORECLR_ENABLE_PROFILING");
    }
}
