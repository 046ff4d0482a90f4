//! The JSON, its document and its schema are about the same fields.

mod support;

use clrhost_report::{Exit, Mode, Report, ReportContext, Source, Timing};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use support::{World, context, everything_report, orders, policy};

const DOCUMENT: &str = include_str!("../../../docs/report.md");
const SCHEMA: &str = include_str!("../../../docs/report.schema.json");

/// Names of fields by the path of the object that has them.
type Fields = BTreeMap<String, BTreeSet<String>>;

fn json(report: &Report) -> Value {
    let mut written = Vec::new();
    report.to_json(&mut written).unwrap();
    serde_json::from_slice(&written).unwrap()
}

/// Reports that have every field between them.
fn reports() -> Vec<Report> {
    let counted = ReportContext {
        timing: Timing::Counted,
        source: Some(Source::Thunks),
        mode: Mode::Trace,
        exit: Exit::Signal { signal: 15 },
        user_only: true,
        pointer_callers: vec!["Orders.dll".into()],
        unhooked: vec!["NativeLibrary.GetExport: this version has no such method".into()],
        unverified: Some(".NET 11.0.0 was not verified with clrhost".into()),
        ..context()
    };
    let bare = ReportContext { mode: Mode::RunNoHooks, source: None, exit: Exit::Unknown, ..context() };
    let empty = ReportContext { exit: Exit::InProgress, ..context() };
    let mut killed = orders().report(context());
    killed.end_early(Exit::Signal { signal: 9 }, Duration::from_millis(100));
    vec![
        killed,
        everything_report(),
        orders().report(context()),
        orders().report(counted),
        World::new().report(bare),
        World::new().report(empty),
        orders().report(ReportContext { policy: Some(policy("report-only")), ..context() }),
    ]
}

fn fields_of_json(path: &str, value: &Value, fields: &mut Fields) {
    let inner = |name: &str| if path == "$" { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                fields.entry(path.to_owned()).or_default().insert(name.clone());
                fields_of_json(&inner(name), value, fields);
            }
        }
        Value::Array(array) => {
            array.iter().for_each(|value| fields_of_json(&format!("{path}[]"), value, fields))
        }
        _ => {}
    }
}

fn written_fields() -> Fields {
    let mut fields = Fields::new();
    reports().iter().for_each(|report| fields_of_json("$", &json(report), &mut fields));
    fields
}

/// What stands between the first two backquotes of each part of a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The tables under headings that are paths: their first column.
fn documented_fields() -> Fields {
    let mut fields = Fields::new();
    let mut paths = Vec::new();
    for line in DOCUMENT.lines() {
        if line.starts_with('#') {
            paths = quoted(line).collect();
        } else if let Some(name) = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()) {
            for path in &paths {
                assert!(
                    fields.entry((*path).to_owned()).or_default().insert(name.to_owned()),
                    "{path}.{name} twice"
                );
            }
        }
    }
    fields
}

fn fields_of_schema(path: &str, schema: &Value, root: &Value, fields: &mut Fields) {
    let inner = |name: &str| if path == "$" { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(reference) = schema["$ref"].as_str() {
        let definition = root.pointer(reference.strip_prefix('#').unwrap()).expect(reference);
        fields_of_schema(path, definition, root, fields);
    }
    for either in schema["anyOf"].as_array().into_iter().flatten() {
        fields_of_schema(path, either, root, fields);
    }
    if schema["items"].is_object() {
        fields_of_schema(&format!("{path}[]"), &schema["items"], root, fields);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        fields.entry(path.to_owned()).or_default().insert(name.clone());
        fields_of_schema(&inner(name), property, root, fields);
        let optional = path == "process.exit" && name != "kind";
        let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        assert_eq!(required, !optional, "{path}.{name}");
    }
}

#[test]
fn the_document_names_every_field_and_no_other() {
    assert_eq!(documented_fields(), written_fields());
}

#[test]
fn the_schema_requires_every_field_and_knows_no_other() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut fields = Fields::new();
    fields_of_schema("$", &schema, &schema, &mut fields);
    // Targets and callbacks have one form; nobody calls a native function back, so the list is never filled there.
    fields.remove("targets[].called_from[]");
    assert_eq!(fields, written_fields());
}

#[test]
fn the_document_lists_every_code_of_notes() {
    let codes = DOCUMENT.split("## Codes of notes").nth(1).unwrap().lines().filter_map(|line| {
        let rest = line.strip_prefix("| `")?;
        rest.split('`').next()
    });
    let mut listed: Vec<_> = codes.collect();
    let mut given: Vec<String> = Vec::new();
    for note in reports().into_iter().flat_map(|report| report.notes) {
        if !given.contains(&note.code) {
            given.push(note.code);
        }
    }
    listed.sort_unstable();
    given.sort_unstable();
    assert_eq!(listed, given);
}

#[test]
fn reports_fit_the_schema() {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "the schema itself is not valid");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for report in reports() {
        let errors: Vec<_> = validator.iter_errors(&json(&report)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_is_not_a_report() {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let good = json(&everything_report());
    let spoiled = |pointer: &str, value: Value| {
        let mut report = good.clone();
        *report.pointer_mut(pointer).expect(pointer) = value;
        report
    };
    for report in [
        spoiled("/schema", "clrhost.report/2".into()),
        spoiled("/timing", "counted".into()),
        spoiled("/totals", Value::Null),
        spoiled("/targets/0/calls", (-1).into()),
        spoiled("/targets/0/p50_ns", 1.5.into()),
        spoiled("/tasks/1/open/0/kind", "enter".into()),
        spoiled("/process/exit/kind", "signal".into()),
        spoiled("/host/failed_calls/0/hresult", (-1).into()),
    ] {
        assert!(!validator.is_valid(&report));
    }
    let mut richer = good.clone();
    richer["targets"][0]["added_later"] = true.into();
    assert!(validator.is_valid(&richer), "fields may be added within a version");
}

#[test]
fn reports_survive_being_written_and_read() {
    for report in reports() {
        assert_eq!(serde_json::from_value::<Report>(json(&report)).unwrap(), report);
    }
}

#[test]
fn the_beginning_of_a_report_reads_as_documented() {
    let mut written = Vec::new();
    orders().report(context()).to_json(&mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    let expected = r#"{
  "schema": "clrhost.report/1",
  "clrhost_version": "0.1.0",
  "runtime": {
    "name": "CoreCLR",
    "version": "8.0.4",
    "unverified": null
  },
  "mode": "run",
  "source": "flag",
  "timing": "timed",
  "clock": {
    "ns_per_tick": 0.5,
    "drift_ppm": 12.0
  },
  "application": {
    "path": "/work/Orders.dll",
    "args": [
      "--rows",
      "100000"
    ]
  },
  "process": {
    "pid": 4711,
    "wall_ns": 2310000000,
    "exit": {
      "kind": "code",
      "code": 0
    },
    "unreported_ns": null
  },
  "user_only": false,
"#;
    assert!(written.starts_with(expected), "{written}");
    assert!(written.ends_with("\n}\n"));
}
