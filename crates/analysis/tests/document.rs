//! The JSON of a recording's report and its document are about the same fields.

mod support {
    pub mod scenes;
}

use clrhost_analysis::{Analysis, FindingsOptions};
use clrhost_trace::{Damage, DamageKind, OPEN, Recording};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use support::scenes::{hostile, service};

const DOCUMENT: &str = include_str!("../../../docs/reports.md");

type Fields = BTreeMap<String, BTreeSet<String>>;

fn json(recording: &Recording) -> Value {
    let mut written = Vec::new();
    let analysis = Analysis::new(recording).unwrap();
    analysis.document(FindingsOptions::default()).unwrap().to_json(&mut written).unwrap();
    serde_json::from_slice(&written).unwrap()
}

/// By the path of the object that has them; `report` and what the document describes inside a row are left out.
fn fields(path: &str, value: &Value, found: &mut Fields) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.entry(path.to_owned()).or_default().insert(name.clone());
                let inner = if path == "$" { name.to_owned() } else { format!("{path}.{name}") };
                if !matches!(name.as_str(), "report" | "target" | "kinds" | "suspects" | "lost_by_thread") {
                    fields(&inner, value, found);
                }
            }
        }
        Value::Array(array) => array.iter().for_each(|value| fields(&format!("{path}[]"), value, found)),
        _ => {}
    }
}

#[test]
fn the_document_names_every_field_and_no_other() {
    let mut written = Fields::new();
    let mut damaged = hostile();
    damaged.damage.push(Damage { offset: 9, bytes: 5, blocks: 1, kind: DamageKind::Unreadable });
    for recording in [service(), damaged] {
        fields("$", &json(&recording), &mut written);
    }
    let mut documented = Fields::new();
    let mut path = "$".to_owned();
    let part = DOCUMENT.split("## Fields of a recording's report").nth(1).unwrap();
    for line in part.split("## Fields of a comparison").next().unwrap().lines() {
        if let Some(heading) = line.strip_prefix("### `") {
            path = heading.trim_end_matches('`').to_owned();
        } else if let Some(name) = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()) {
            documented.entry(path.clone()).or_default().insert(name.to_owned());
        }
    }
    assert_eq!(documented, written);
}

#[test]
fn damage_is_told() {
    let mut recording = service();
    for offset in 0..25 {
        recording.damage.push(Damage { offset, bytes: 5, blocks: 1, kind: DamageKind::Unreadable });
    }
    let missing = Analysis::new(&recording).unwrap().findings(FindingsOptions::default()).about_missing();
    let damage = missing.iter().find(|line| line.starts_with("The file is damaged")).unwrap();
    assert!(
        damage.contains("5 bytes at offset 0 are damaged (1 block lost); 5 bytes at offset 1"),
        "{damage}"
    );
    assert!(damage.ends_with("and 5 places more."), "{damage}");
    assert!(recording.calls.iter().any(|call| call.duration_ns == OPEN));
}
