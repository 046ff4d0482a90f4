//! Reads `APP.runtimeconfig.json`: the frameworks an app asks for and how far they may roll forward.
//!
//! It reads the file strictly by type, because hostfxr does not: a number in the place of a string, or the other way
//! round, ends the process in SIGSEGV or SIGABRT (seen with 8.0.4). It does not know what is installed.

use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::environment::Environment;
use crate::error::Error;
use crate::json;
use crate::options::HostOptions;
use crate::roll_forward::{FrameworkReference, RollForward};

/// What a `runtimeconfig.json` says.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    path: PathBuf,
    options: RuntimeOptions,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "runtimeOptions")]
    runtime_options: Option<RuntimeOptions>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeOptions {
    #[serde(default, deserialize_with = "json::present")]
    tfm: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    framework: Option<Framework>,
    #[serde(default)]
    frameworks: Vec<Framework>,
    #[serde(default)]
    included_frameworks: Vec<Framework>,
    #[serde(flatten)]
    rolling: Rolling,
    // Not used, but hostfxr crashes where it is no object.
    #[serde(default)]
    config_properties: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rolling {
    #[serde(default, deserialize_with = "json::present")]
    roll_forward: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    roll_forward_on_no_candidate_fx: Option<i64>,
    #[serde(default, deserialize_with = "json::present")]
    apply_patches: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
struct Framework {
    name: String,
    version: String,
    #[serde(flatten)]
    rolling: Rolling,
}

impl RuntimeConfig {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(|source| Error::read(path, source))?;
        Self::parse(path, &text)
    }

    /// Reads `text` as the contents of the file at `path`.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, Error> {
        let file: File = json::read(text).map_err(|error| Error::invalid_config(path, error))?;
        let Some(options) = file.runtime_options else {
            return Err(Error::invalid_config(path, "it has no `runtimeOptions`"));
        };
        Ok(Self { path: path.to_path_buf(), options })
    }

    /// Checks a `runtimeconfig.dev.json`, which hostfxr reads as well and as carelessly.
    ///
    /// A missing file, bad syntax and missing `runtimeOptions` don't disturb hostfxr there; wrong types crash it.
    pub(crate) fn check_dev(path: &Path) -> Result<(), Error> {
        let Ok(text) = std::fs::read(path) else { return Ok(()) };
        match json::read::<File>(&text) {
            Err(error) if error.is_data() => Err(Error::invalid_config(path, error)),
            _ => Ok(()),
        }
    }

    /// The file this was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The target framework moniker, for example `net8.0`.
    pub fn tfm(&self) -> Option<&str> {
        self.options.tfm.as_deref()
    }

    /// A runtime setting that the file makes, for example `System.GC.Server`.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.options.config_properties.get(name)
    }

    /// The frameworks a self-contained app brings along, as `name version`; empty for other apps.
    pub fn included_frameworks(&self) -> Vec<String> {
        self.options.included_frameworks.iter().map(|fx| format!("{} {}", fx.name, fx.version)).collect()
    }

    /// The frameworks asked for, once the file, the environment and the command line have each had their say.
    ///
    /// In this order, the last one wins: the file's own setting, the setting at the framework, `DOTNET_ROLL_FORWARD`,
    /// `--roll-forward`. `--fx-version` replaces the version of the first framework and forbids to roll forward.
    pub fn required_frameworks(
        &self,
        options: &HostOptions,
        environment: &Environment,
    ) -> Result<Vec<FrameworkReference>, Error> {
        let listed = self.options.framework.iter().chain(&self.options.frameworks).collect::<Vec<_>>();
        if listed.is_empty() {
            return Err(if self.options.included_frameworks.is_empty() {
                Error::invalid_config(&self.path, "it names no framework")
            } else {
                Error::SelfContained {
                    config: self.path.clone(),
                    included: self.included_frameworks().join(", "),
                }
            });
        }
        let overruling = Self::overruling_policy(options, environment)?;
        let to_prerelease =
            environment.var("DOTNET_ROLL_FORWARD_TO_PRERELEASE").is_some_and(|value| value == "1");
        let mut references = Vec::with_capacity(listed.len());
        for framework in listed {
            references.push(FrameworkReference {
                name: framework.name.clone(),
                version: self.version(&framework.version)?,
                roll_forward: match overruling {
                    Some(policy) => policy,
                    None => self.policy(framework, environment)?,
                },
                apply_patches: framework
                    .rolling
                    .apply_patches
                    .or(self.options.rolling.apply_patches)
                    .unwrap_or(true),
                to_prerelease,
            });
        }
        if let (Some(exact), Some(first)) = (&options.fx_version, references.first_mut()) {
            first.version = exact.clone();
            first.roll_forward = RollForward::Disable;
        }
        Ok(references)
    }

    /// The policy of the command line, or else of the environment, which overrule every file.
    pub(crate) fn overruling_policy(
        options: &HostOptions,
        environment: &Environment,
    ) -> Result<Option<RollForward>, Error> {
        match (options.roll_forward, environment.var("DOTNET_ROLL_FORWARD")) {
            (Some(policy), _) => Ok(Some(policy)),
            (None, Some(value)) => value
                .to_string_lossy()
                .parse()
                .map(Some)
                .map_err(|source| Error::RollForwardVariable { source }),
            (None, None) => Ok(None),
        }
    }

    fn version(&self, text: &str) -> Result<Version, Error> {
        Version::parse(text).map_err(|_| {
            Error::invalid_config(
                &self.path,
                format_args!("`{text}` is no framework version; it looks like 8.0.0"),
            )
        })
    }

    fn policy(&self, framework: &Framework, environment: &Environment) -> Result<RollForward, Error> {
        for rolling in [&framework.rolling, &self.options.rolling] {
            if let Some(name) = &rolling.roll_forward {
                return name.parse().map_err(|error| Error::invalid_config(&self.path, error));
            }
            if let Some(value) = rolling.roll_forward_on_no_candidate_fx {
                return Ok(RollForward::from_no_candidate_fx(value));
            }
        }
        let variable =
            environment.var("DOTNET_ROLL_FORWARD_ON_NO_CANDIDATE_FX").and_then(|value| value.to_str());
        Ok(variable
            .and_then(|value| value.parse().ok())
            .map_or_else(RollForward::default, RollForward::from_no_candidate_fx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn parse(text: &str) -> Result<RuntimeConfig, Error> {
        RuntimeConfig::parse(Path::new("app.runtimeconfig.json"), text.as_bytes())
    }

    fn required(text: &str, options: &HostOptions, environment: &Environment) -> Vec<FrameworkReference> {
        parse(text).and_then(|config| config.required_frameworks(options, environment)).expect(text)
    }

    const NET8: &str = r#"{"runtimeOptions":{"tfm":"net8.0","framework":{"name":"Microsoft.NETCore.App","version":"8.0.0"}}}"#;

    #[test]
    fn reads_what_the_sdk_writes() {
        let references = required(NET8, &HostOptions::default(), &Environment::default());
        assert_eq!(references[0].to_string(), "Microsoft.NETCore.App 8.0.0");
        assert_eq!(references[0].roll_forward, RollForward::Minor);
        assert_eq!(parse(NET8).expect("valid").tfm(), Some("net8.0"));
        let two = r#"{"runtimeOptions":{"frameworks":[{"name":"A","version":"8.0.0"},{"name":"B","version":"8.0.1"}],
            "configProperties":{"System.GC.Server":true}}}"#;
        assert_eq!(required(two, &HostOptions::default(), &Environment::default()).len(), 2);
        assert_eq!(parse(two).expect("valid").property("System.GC.Server"), Some(&Value::Bool(true)));
    }

    #[test]
    fn command_line_beats_environment_beats_framework_beats_file() {
        let text = r#"{"runtimeOptions":{"rollForward":"Major","frameworks":[
            {"name":"A","version":"8.0.0"},{"name":"B","version":"8.0.0","rollForward":"latestminor"}]}}"#;
        let policies = |options: &HostOptions, environment: &Environment| {
            required(text, options, environment).iter().map(|fx| fx.roll_forward).collect::<Vec<_>>()
        };
        let variable = Environment::default().with("DOTNET_ROLL_FORWARD", "LatestPatch");
        let option = HostOptions { roll_forward: Some(RollForward::Disable), ..HostOptions::default() };
        let nothing = HostOptions::default();
        assert_eq!(
            policies(&nothing, &Environment::default()),
            [RollForward::Major, RollForward::LatestMinor]
        );
        assert_eq!(policies(&nothing, &variable), [RollForward::LatestPatch; 2]);
        assert_eq!(policies(&option, &variable), [RollForward::Disable; 2]);
    }

    #[test]
    fn the_older_settings_still_count() {
        let text = r#"{"runtimeOptions":{"applyPatches":false,"rollForwardOnNoCandidateFx":2,
            "framework":{"name":"A","version":"8.0.0"}}}"#;
        let reference = &required(text, &HostOptions::default(), &Environment::default())[0];
        assert_eq!((reference.roll_forward, reference.apply_patches), (RollForward::Major, false));
    }

    #[test]
    fn an_exact_version_applies_to_the_first_framework() {
        let options = HostOptions { fx_version: Some(Version::new(9, 0, 1)), ..HostOptions::default() };
        let reference = &required(NET8, &options, &Environment::default())[0];
        assert_eq!(
            (reference.version.to_string().as_str(), reference.roll_forward),
            ("9.0.1", RollForward::Disable)
        );
    }

    #[test]
    fn what_would_crash_hostfxr_is_an_error_here() {
        for text in [
            "5",
            "[]",
            "{}",
            r#"{"runtimeOptions":5}"#,
            r#"{"runtimeOptions":{"tfm":5,"framework":{"name":"A","version":"8.0.0"}}}"#,
            r#"{"runtimeOptions":{"tfm":null,"framework":{"name":"A","version":"8.0.0"}}}"#,
            r#"{"runtimeOptions":{"framework":5}}"#,
            r#"{"runtimeOptions":{"framework":{"name":"A"}}}"#,
            r#"{"runtimeOptions":{"configProperties":5,"framework":{"name":"A","version":"8.0.0"}}}"#,
            r#"{"runtimeOptions":{"rollForward":5,"framework":{"name":"A","version":"8.0.0"}}}"#,
            r#"{"runtimeOptions":{"frameworks":{}}}"#,
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::BadApplication);
            assert!(error.to_string().contains("app.runtimeconfig.json"), "{error}");
        }
    }

    #[test]
    fn a_self_contained_app_is_told_what_to_do() {
        let text = r#"{"runtimeOptions":{"includedFrameworks":[{"name":"Microsoft.NETCore.App","version":"8.0.4"}]}}"#;
        let config = parse(text).expect("valid");
        let error = config
            .required_frameworks(&HostOptions::default(), &Environment::default())
            .expect_err("no host");
        assert!(matches!(error, Error::SelfContained { .. }));
        assert!(error.to_string().contains("Microsoft.NETCore.App 8.0.4"), "{error}");
    }

    #[test]
    fn a_wrong_policy_or_version_is_named() {
        let policy =
            r#"{"runtimeOptions":{"rollForward":"Nope","framework":{"name":"A","version":"8.0.0"}}}"#;
        let version = r#"{"runtimeOptions":{"framework":{"name":"A","version":"8"}}}"#;
        for (text, word) in [(policy, "`Nope`"), (version, "`8`")] {
            let config = parse(text).expect("valid JSON");
            let error =
                config.required_frameworks(&HostOptions::default(), &Environment::default()).expect_err(text);
            assert!(error.to_string().contains(word), "{error}");
        }
        let variable = Environment::default().with("DOTNET_ROLL_FORWARD", "Nope");
        let error = parse(NET8).expect("valid").required_frameworks(&HostOptions::default(), &variable);
        assert!(error.expect_err("refused").to_string().contains("DOTNET_ROLL_FORWARD"));
    }
}
