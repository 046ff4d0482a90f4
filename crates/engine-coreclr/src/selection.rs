//! Chooses the root for an app, and explains in words where none fits.
//!
//! An explicit root always wins: if the app does not fit it, that is an error and no other root is tried. Otherwise the
//! root whose fitting framework is newest wins, and of equals the one that was found earlier.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::environment::Environment;
use crate::error::Error;
use crate::locate::Located;
use crate::misfit::{DoesNotFit, Miss};
use crate::options::HostOptions;
use crate::roll_forward::{FrameworkReference, RollForward};
use crate::root::{DotnetRoot, RootSource, Runtime};
use crate::runtime_config::RuntimeConfig;

/// The frameworks an app asks for, ready to be held against a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirements {
    /// The file that asks for them.
    pub config: PathBuf,
    /// The frameworks, in the file's order; never empty.
    pub frameworks: Vec<FrameworkReference>,
    // Environment and command line overrule the policy of the frameworks' own files too.
    overrule: HostOptions,
}

/// A root and what it would give the app.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// The root.
    pub root: &'a DotnetRoot,
    /// The version expected for the app's first framework; hostfxr has the last word.
    pub runtime: Runtime,
}

impl Requirements {
    /// What `config` asks for under these options and variables.
    pub fn new(
        config: &RuntimeConfig,
        options: &HostOptions,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let frameworks = config.required_frameworks(options, environment)?;
        let roll_forward = RuntimeConfig::overruling_policy(options, environment)?;
        let overrule = HostOptions { roll_forward, ..HostOptions::default() };
        Ok(Self { config: config.path().to_path_buf(), frameworks, overrule })
    }

    /// Whether `root` has every framework asked for; gives the version of the first one.
    ///
    /// Frameworks that are built on others name them in a file of their own (Microsoft.AspNetCore.App on
    /// Microsoft.NETCore.App); these are looked for as well.
    pub fn fits(&self, root: &DotnetRoot) -> Result<Runtime, Box<DoesNotFit>> {
        let mut open = self.frameworks.iter().cloned().collect::<VecDeque<_>>();
        let mut chosen: Vec<&Runtime> = Vec::new();
        while let Some(reference) = open.pop_front() {
            // Hostfxr reconciles two references to one framework; the first is enough to choose a root by.
            if chosen.iter().any(|runtime| runtime.name == reference.name) {
                continue;
            }
            let installed = root.runtimes_named(&reference.name).collect::<Vec<_>>();
            let versions = installed.iter().map(|runtime| &runtime.version).collect::<Vec<_>>();
            let version = reference.choose(&versions);
            let Some(runtime) = installed.iter().copied().find(|runtime| Some(&runtime.version) == version)
            else {
                return Err(Box::new(self.does_not_fit(&[(root, reference)])));
            };
            chosen.push(runtime);
            open.extend(frameworks_below(runtime, &self.overrule));
        }
        match chosen.first() {
            Some(runtime) => Ok((*runtime).clone()),
            None => Err(Box::new(self.does_not_fit(&[]))),
        }
    }

    /// Chooses among the roots that were found.
    pub fn select<'a>(&self, located: &'a Located) -> Result<Selection<'a>, Error> {
        if let Some(rejected) =
            located.rejected.iter().find(|rejected| rejected.source == RootSource::Explicit)
        {
            return Err(Error::UnusableRoot { rejected: Box::new(rejected.clone()) });
        }
        let explicit = located.roots.iter().position(|root| root.source == RootSource::Explicit);
        let roots = match explicit {
            Some(index) => &located.roots[index..=index],
            None => &located.roots[..],
        };
        if roots.is_empty() {
            return Err(Error::no_dotnet(located));
        }
        let mut best: Option<Selection<'a>> = None;
        let mut misses = Vec::new();
        for root in roots {
            match self.fits(root) {
                Ok(runtime) if best.as_ref().is_none_or(|best| runtime.version > best.runtime.version) => {
                    best = Some(Selection { root, runtime });
                }
                Ok(_) => {}
                Err(miss) => misses.extend(miss.missing.into_iter().map(|reference| (root, reference))),
            }
        }
        best.ok_or_else(|| Error::DoesNotFit(Box::new(self.does_not_fit(&misses))))
    }

    fn does_not_fit(&self, misses: &[(&DotnetRoot, FrameworkReference)]) -> DoesNotFit {
        let mut missing: Vec<FrameworkReference> = Vec::new();
        for (_, reference) in misses {
            if !missing.contains(reference) {
                missing.push(reference.clone());
            }
        }
        let major_would_do = misses.iter().any(|(root, reference)| {
            let loose = FrameworkReference { roll_forward: RollForward::Major, ..reference.clone() };
            loose
                .choose(&root.runtimes_named(&reference.name).map(|r| &r.version).collect::<Vec<_>>())
                .is_some()
        });
        let roots = misses.iter().map(|(root, reference)| Miss {
            root: root.path.clone(),
            source: root.source.clone(),
            framework: reference.name.clone(),
            installed: root.runtimes_named(&reference.name).map(|runtime| runtime.version.clone()).collect(),
        });
        DoesNotFit { config: self.config.clone(), roots: roots.collect(), missing, major_would_do }
    }
}

/// The frameworks that `runtime` itself is built on.
fn frameworks_below(runtime: &Runtime, overrule: &HostOptions) -> Vec<FrameworkReference> {
    let config = runtime.path.join(format!("{}.runtimeconfig.json", runtime.name));
    // Microsoft.NETCore.App names none, and an unreadable file is hostfxr's to report.
    RuntimeConfig::read(&config)
        .and_then(|config| config.required_frameworks(overrule, &Environment::default()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::os;
    use crate::testing::{add_framework, fake_root};
    use semver::Version;
    use std::path::Path;

    fn requirements(text: &str) -> Requirements {
        let config =
            RuntimeConfig::parse(Path::new("app.runtimeconfig.json"), text.as_bytes()).expect("valid");
        Requirements::new(&config, &HostOptions::default(), &Environment::default()).expect("valid")
    }

    fn net(version: &str) -> Requirements {
        requirements(&format!(
            r#"{{"runtimeOptions":{{"framework":{{"name":"Microsoft.NETCore.App","version":"{version}"}}}}}}"#
        ))
    }

    fn located(roots: &[(&tempfile::TempDir, RootSource)]) -> Located {
        let roots = roots.iter().map(|(root, source)| DotnetRoot::read(root.path(), source.clone()));
        Located { roots: roots.collect::<Result<_, _>>().expect("usable roots"), rejected: Vec::new() }
    }

    #[test]
    fn the_newest_fitting_framework_wins_and_of_equals_the_first() {
        let (old, new, same) =
            (fake_root(&["8.0.4"]), fake_root(&["8.0.30", "9.0.0"]), fake_root(&["8.0.30"]));
        let found = located(&[
            (&old, RootSource::Variable("DOTNET_ROOT")),
            (&new, RootSource::Default),
            (&same, RootSource::Default),
        ]);
        let selection = net("8.0.0").select(&found).expect("fits");
        assert_eq!(selection.root.path, new.path());
        assert_eq!(selection.runtime.version, Version::new(8, 0, 30));
    }

    #[test]
    fn an_explicit_root_wins_even_where_another_would_fit() {
        let (old, new) = (fake_root(&["8.0.4"]), fake_root(&["9.0.0"]));
        let found = located(&[(&old, RootSource::Explicit), (&new, RootSource::Default)]);
        assert_eq!(net("8.0.0").select(&found).expect("fits").root.path, old.path());
        let error = net("9.0.0").select(&found).expect_err("only the explicit root counts");
        assert_eq!(error.kind(), ErrorKind::DoesNotFit);
    }

    #[test]
    fn the_message_says_what_is_wanted_what_is_there_and_what_helps() {
        let root = fake_root(&["9.0.1", "8.0.4"]);
        let found = located(&[(&root, RootSource::Variable("DOTNET_ROOT"))]);
        let text = net("10.0.0").select(&found).expect_err("too old").to_string();
        assert_eq!(
            text,
            format!(
                "app.runtimeconfig.json wants Microsoft.NETCore.App 10.0.0 (roll-forward Minor), which is not installed\n  \
                 {} (from DOTNET_ROOT) has Microsoft.NETCore.App 9.0.1, 8.0.4\nInstall the .NET 10 runtime for {}.",
                root.path().display(),
                os::ARCH
            )
        );
        let text = net("6.0.0").select(&found).expect_err("too new").to_string();
        assert!(
            text.ends_with("or set DOTNET_ROLL_FORWARD=Major to run on the newer one that is there."),
            "{text}"
        );
    }

    #[test]
    fn every_framework_has_to_be_there_and_those_below_it() {
        let root = fake_root(&["8.0.4"]);
        let aspnet = requirements(
            r#"{"runtimeOptions":{"framework":{"name":"Microsoft.AspNetCore.App","version":"8.0.0"}}}"#,
        );
        let read = || DotnetRoot::read(root.path(), RootSource::Default).expect("usable root");
        let miss = aspnet.fits(&read()).expect_err("no ASP.NET Core");
        assert!(
            miss.to_string().contains("has no Microsoft.AspNetCore.App\nInstall the ASP.NET Core 8 runtime"),
            "{miss}"
        );
        let directory = add_framework(root.path(), "Microsoft.AspNetCore.App", "8.0.4");
        let below = |version: &str| {
            let text = format!(
                r#"{{"runtimeOptions":{{"framework":{{"name":"Microsoft.NETCore.App","version":"{version}"}}}}}}"#
            );
            std::fs::write(directory.join("Microsoft.AspNetCore.App.runtimeconfig.json"), text)
                .expect("temp dir");
        };
        below("8.0.9");
        assert_eq!(
            aspnet.fits(&read()).expect_err("8.0.4 is below 8.0.9").roots[0].framework,
            "Microsoft.NETCore.App"
        );
        below("8.0.4");
        assert_eq!(aspnet.fits(&read()).expect("fits").name, "Microsoft.AspNetCore.App");
    }

    #[test]
    fn no_root_at_all_is_not_found() {
        let error = net("8.0.0").select(&Located::default()).expect_err("nothing there");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let missing =
            crate::locate::locate(Some(Path::new("/no/such/root")), &Environment::rooted_at("/no/such"));
        let error = net("8.0.0").select(&missing).expect_err("the explicit root is not there");
        assert!(error.to_string().contains("/no/such/root (named by the caller) does not exist"), "{error}");
    }
}
