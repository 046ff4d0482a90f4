//! `docs/versions.md` has the table that the product goes by. `CLRHOST_BLESS=1` writes it.

use clrhost_probe::Source;
use clrhost_probe::versions::{MATRIX, Series, Standing};
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- begin: CLRHOST_BLESS=1 cargo test -p clrhost-probe --test matrix -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_document_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/versions.md");
    let document = std::fs::read_to_string(&path).expect("docs/versions.md");
    let (before, rest) = document.split_once(BEGIN).expect("a mark where the table begins");
    let (found, after) = rest.split_once(END).expect("a mark where the table ends");
    let table = table();
    if std::env::var_os("CLRHOST_BLESS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).expect("a writable document");
        return;
    }
    assert_eq!(found, table, "CLRHOST_BLESS=1 cargo test -p clrhost-probe --test matrix writes it");
}

fn table() -> String {
    let mut reasons = Vec::new();
    let heads = Series::ALL.map(Series::name).join(" | ");
    let mut text = format!("| | seen by | {heads} |\n|{}\n", " --- |".repeat(Series::ALL.len() + 2));
    let mut feature = None;
    for row in MATRIX {
        let name = if feature == Some(row.feature) { "" } else { row.feature.name() };
        feature = Some(row.feature);
        let source = row.source.map_or("", |source| match source {
            Source::Thunks => "thunks",
            Source::Flag => "flag",
        });
        let _ = write!(text, "| {name} | {source} |");
        for series in Series::ALL {
            let _ = write!(text, " {} |", cell(row.standing(series), &mut reasons));
        }
        text.push('\n');
    }
    text.push('\n');
    for (index, reason) in reasons.iter().enumerate() {
        let _ = writeln!(text, "{}. {reason}", index + 1);
    }
    text
}

fn cell(standing: Standing, reasons: &mut Vec<&'static str>) -> String {
    let words = match standing {
        Standing::Tested(version) => format!("**{version}**"),
        Standing::Tried(version) => format!("{version} by hand"),
        Standing::Partly(version, _) => format!("{version} in part"),
        Standing::Unknown => "?".to_owned(),
        Standing::Absent(_) => "no".to_owned(),
    };
    let Some(reason) = standing.reason() else { return words };
    let number = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    });
    format!("{words} ({})", number + 1)
}
