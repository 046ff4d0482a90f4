//! Finds the .NET roots of this machine, in the order in which they deserve trust.
//!
//! Every place that was looked at is in the result, the useless ones with the reason, so that nobody has to guess why an
//! installation was passed over. Which root an app gets is decided in [`crate::selection`].

use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::os;
use crate::root::{DotnetRoot, RejectReason, RejectedRoot, RootSource};

/// The roots of this machine and the places that turned out to be none.
#[derive(Clone, Debug, Default)]
pub struct Located {
    /// Usable roots, best first, each directory once.
    pub roots: Vec<DotnetRoot>,
    /// What was looked at and cannot be used, in the same order.
    pub rejected: Vec<RejectedRoot>,
}

/// Looks for .NET: `explicit` first, then variables, PATH, registration files, default locations.
pub fn locate(explicit: Option<&Path>, environment: &Environment) -> Located {
    let mut search = Search { environment, seen: Vec::new(), located: Located::default() };
    if let Some(path) = explicit {
        // A path that the caller typed is a real one, whatever stands for `/`.
        search.look_at(path.to_path_buf(), RootSource::Explicit);
    }
    search.variables();
    search.path();
    search.install_locations();
    search.defaults();
    search.located
}

struct Search<'a> {
    environment: &'a Environment,
    seen: Vec<(PathBuf, PathBuf)>,
    located: Located,
}

impl Search<'_> {
    fn variables(&mut self) {
        for name in [os::ROOT_VARIABLE_OF_ARCH, "DOTNET_ROOT"] {
            if let Some(value) = self.environment.var(name) {
                self.look_at(self.environment.resolve(Path::new(value)), RootSource::Variable(name));
            }
        }
    }

    fn path(&mut self) {
        let Some(path) = self.environment.var("PATH") else { return };
        for directory in std::env::split_paths(path).filter(|directory| !directory.as_os_str().is_empty()) {
            let muxer = self.environment.resolve(&directory).join(os::MUXER_FILE);
            if !os::is_executable_file(&muxer) {
                continue;
            }
            // /usr/bin/dotnet is a link into the root almost everywhere.
            let Ok(target) = std::fs::canonicalize(&muxer) else { continue };
            let Some(root) = target.parent() else { continue };
            self.look_at(root.to_path_buf(), RootSource::Muxer(muxer));
        }
    }

    fn install_locations(&mut self) {
        let Some(directory) = os::INSTALL_LOCATION_DIR else { return };
        for name in [format!("install_location_{}", os::ARCH), "install_location".to_owned()] {
            let file = self.environment.resolve(&Path::new(directory).join(name));
            let source = RootSource::InstallLocation(file.clone());
            match std::fs::read_to_string(&file) {
                Ok(text) => match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
                    Some(line) => self.look_at(self.environment.resolve(Path::new(line)), source),
                    None => self.reject(file, source, RejectReason::NamesNothing),
                },
                // Most machines have no such file; that is no news.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => self.reject(file, source, RejectReason::Unreadable(error.to_string())),
            }
        }
    }

    fn defaults(&mut self) {
        for path in os::DEFAULT_ROOTS {
            self.look_at(self.environment.resolve(Path::new(path)), RootSource::Default);
        }
        if let Some(home) = self.environment.var(os::HOME_VARIABLE) {
            self.look_at(self.environment.resolve(Path::new(home)).join(".dotnet"), RootSource::Default);
        }
    }

    fn look_at(&mut self, path: PathBuf, source: RootSource) {
        let canonical = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if let Some((_, first)) = self.seen.iter().find(|(seen, _)| *seen == canonical) {
            let reason = RejectReason::SameAs(first.clone());
            return self.reject(path, source, reason);
        }
        self.seen.push((canonical, path.clone()));
        match DotnetRoot::read(&path, source.clone()) {
            Ok(root) => self.located.roots.push(root),
            Err(reason) => self.reject(path, source, reason),
        }
    }

    fn reject(&mut self, path: PathBuf, source: RootSource, reason: RejectReason) {
        self.located.rejected.push(RejectedRoot { path, source, reason });
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::testing::{fake_root, fill_root};
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn write(path: PathBuf, text: &str) {
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("temp dir is writable");
        std::fs::write(path, text).expect("temp dir is writable");
    }

    #[test]
    fn the_order_is_caller_variables_path_registration_defaults() {
        let machine = tempfile::tempdir().expect("a temp dir can be made");
        let at = |path: &str| machine.path().join(path);
        for path in ["arch", "any", "onpath", "registered", "usr/share/dotnet", "home/.dotnet"] {
            fill_root(&at(path), &["8.0.4"]);
        }
        write(at("onpath/dotnet"), "muxer");
        std::fs::set_permissions(at("onpath/dotnet"), std::fs::Permissions::from_mode(0o755))
            .expect("our file");
        std::fs::create_dir_all(at("bin")).expect("temp dir is writable");
        symlink("../onpath/dotnet", at("bin/dotnet")).expect("temp dir is writable");
        write(at("etc/dotnet/install_location"), "/registered\n");
        let explicit = fake_root(&["9.0.0"]);
        let environment = Environment::rooted_at(machine.path())
            .with(os::ROOT_VARIABLE_OF_ARCH, "/arch")
            .with("DOTNET_ROOT", "/any")
            .with("PATH", "/nowhere:/bin")
            .with("HOME", "/home");
        let found = locate(Some(explicit.path()), &environment);
        let sources = found.roots.iter().map(|root| root.source.clone()).collect::<Vec<_>>();
        assert_eq!(
            sources,
            [
                RootSource::Explicit,
                RootSource::Variable(os::ROOT_VARIABLE_OF_ARCH),
                RootSource::Variable("DOTNET_ROOT"),
                RootSource::Muxer(at("bin/dotnet")),
                RootSource::InstallLocation(at("etc/dotnet/install_location")),
                RootSource::Default,
                RootSource::Default,
            ]
        );
        assert!(found.rejected.iter().all(|rejected| rejected.reason == RejectReason::DoesNotExist));
    }

    #[test]
    fn a_directory_counts_once_and_says_what_it_is_the_same_as() {
        let machine = tempfile::tempdir().expect("a temp dir can be made");
        fill_root(&machine.path().join("usr/share/dotnet"), &["8.0.4"]);
        std::fs::create_dir_all(machine.path().join("usr/lib")).expect("temp dir is writable");
        symlink("../share/dotnet", machine.path().join("usr/lib/dotnet")).expect("temp dir is writable");
        let environment = Environment::rooted_at(machine.path()).with("DOTNET_ROOT", "/usr/lib/dotnet");
        let found = locate(None, &environment);
        assert_eq!(found.roots.len(), 1);
        assert_eq!(found.roots[0].source, RootSource::Variable("DOTNET_ROOT"));
        let again = found.rejected.iter().filter(|r| matches!(r.reason, RejectReason::SameAs(_))).count();
        assert_eq!(again, 2, "both default locations are that directory: {:?}", found.rejected);
    }

    #[test]
    fn a_useless_variable_or_file_is_rejected_with_its_reason() {
        let machine = tempfile::tempdir().expect("a temp dir can be made");
        write(machine.path().join("empty/readme"), "");
        write(machine.path().join("etc/dotnet/install_location"), " \n/usr");
        let environment = Environment::rooted_at(machine.path()).with("DOTNET_ROOT", "/empty");
        let found = locate(None, &environment);
        assert!(found.roots.is_empty());
        assert_eq!(found.rejected[0].source, RootSource::Variable("DOTNET_ROOT"));
        assert_eq!(found.rejected[0].reason, RejectReason::NoHostFxr);
        assert!(found.rejected[0].to_string().contains("(from DOTNET_ROOT) has no host/fxr"));
        assert_eq!(found.rejected[1].reason, RejectReason::NamesNothing);
    }

    #[test]
    fn a_muxer_without_the_execute_bit_is_not_on_path() {
        let machine = tempfile::tempdir().expect("a temp dir can be made");
        fill_root(&machine.path().join("sdk"), &["8.0.4"]);
        write(machine.path().join("sdk/dotnet"), "muxer");
        let found = locate(None, &Environment::rooted_at(machine.path()).with("PATH", "/sdk"));
        assert!(found.roots.is_empty());
    }
}
