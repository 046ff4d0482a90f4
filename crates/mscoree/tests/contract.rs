//! `docs/contract.tsv` says what each method does; here it is held against the interfaces and against what programs see.
//!
//! `CLRHOST_BLESS=1 cargo test -p clrhost-mscoree --test contract` writes `docs/contract.md` anew.

#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "programs/mod.rs"]
mod programs;

use clrhost_testkit::{fixture, workspace_root};
use programs::{Program, hresult};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

struct Row {
    interface: String,
    method: String,
    does: String,
    answers: Vec<u32>,
    remark: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(workspace_root().join("docs/contract.tsv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [interface, method, does, answers, remark] = cells[..] else { panic!("five cells: {line}") };
        assert!(
            ["works", "partly", "refuses", "not called"].contains(&does),
            "{interface}::{method} does what? {does}"
        );
        Row {
            interface: interface.to_owned(),
            method: method.to_owned(),
            does: does.to_owned(),
            answers: answers.split_whitespace().map(|code| u32::from_str_radix(code, 16).unwrap()).collect(),
            remark: remark.to_owned(),
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

/// Methods by interface, from the header that hosts compile against.
fn methods_of_headers() -> BTreeMap<String, Vec<String>> {
    let mut methods: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for header in ["mscoree.h", "metahost.h", "gchost.h"] {
        let text = fs::read_to_string(workspace_root().join("include").join(header)).unwrap();
        let mut interface = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("struct ").filter(|rest| rest.contains(" : public ")) {
                interface = rest.split(' ').next().unwrap().to_owned();
            } else if let Some(rest) = line.trim().strip_prefix("virtual HRESULT STDMETHODCALLTYPE ") {
                let method = rest.split('(').next().unwrap().to_owned();
                methods.entry(interface.clone()).or_default().push(method);
            }
        }
    }
    methods
}

/// The interfaces of the task family have a row for every method; so has every other interface that is in the table.
#[test]
fn the_table_is_complete() {
    let headers = methods_of_headers();
    let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows() {
        listed.entry(row.interface).or_default().push(row.method);
    }
    for family in ["IHostTaskManager", "IHostTask", "ICLRTask", "ICLRTask2", "ICLRTaskManager"] {
        assert!(listed.contains_key(family), "{family}");
    }
    for (interface, methods) in listed {
        assert_eq!(Some(&methods), headers.get(&interface), "{interface}");
    }
}

/// What programs in C++ saw each method answer, and what hosts in C++ were called for.
#[test]
fn the_table_is_true() {
    let mut answered: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut called = BTreeSet::new();
    for program in ["finding", "hosting"] {
        let output = Program::cxx(program).arg(fixture("Everything")).passes();
        for line in output.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["check", method, code] => {
                    let code = u32::from_str_radix(code, 16).unwrap();
                    answered.entry(method.to_owned()).or_default().insert(code);
                }
                ["called", method, _] => {
                    called.insert(method.to_owned());
                }
                _ => {}
            }
        }
    }
    for row in rows() {
        let name = format!("{}::{}", row.interface, row.method);
        let seen = answered.get(&name).cloned().unwrap_or_default();
        for answer in &row.answers {
            assert!(seen.contains(answer), "no program saw {name} answer {}", hresult(*answer));
        }
        for answer in seen {
            assert!(
                row.answers.contains(&answer),
                "{name} answered {}, which is not listed",
                hresult(answer)
            );
        }
        if row.interface.starts_with("IHost") && row.method != "Alert" {
            assert_eq!(called.contains(&row.method), row.does != "not called", "{name}");
        }
    }
}

#[test]
fn the_page_is_current() {
    let mut page = String::from(
        "# The contract, method by method\n\n\
         Made from [contract.tsv](contract.tsv), which is tested: each answer listed here was given to a program in C++ \
         (`crates/mscoree/tests/cxx`), which lists no other; hosts in C++ were called for what \"works\" and \"partly\", and not for \
         what is \"not called\".\n\n\
         *works*: as documented. *partly*: the remark says what is different. *refuses*: CoreCLR leaves no way, and the call says \
         so. *not called*: the runtime has no use for it.\n\n\
         After a host's `E_FAIL` every method of an `ICLR...` interface answers `HOST_E_CLRNOTAVAILABLE`, and a method of a task that \
         has ended answers `HOST_E_INVALIDOPERATION`.\n",
    );
    let mut interface = String::new();
    for row in rows() {
        if row.interface != interface {
            interface = row.interface.clone();
            write!(page, "\n## {interface}\n\n| method | | answers | remark |\n| --- | --- | --- | --- |\n")
                .unwrap();
        }
        let answers: Vec<String> = row.answers.iter().map(|code| short(*code)).collect();
        let Row { method, does, remark, .. } = row;
        writeln!(page, "| `{method}` | {does} | {} | {remark} |", answers.join(", ")).unwrap();
    }
    let path = workspace_root().join("docs/contract.md");
    if std::env::var_os("CLRHOST_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "CLRHOST_BLESS=1 writes it anew");
}

/// The name of a code, or the number of one that .NET has for an exception.
fn short(code: u32) -> String {
    clrhost_abi::Hresult(code as i32).name().map_or_else(|| format!("0x{code:08X}"), str::to_owned)
}
