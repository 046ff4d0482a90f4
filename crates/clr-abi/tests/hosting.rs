//! The generated interfaces of the hosting API against the contract's tables, as the Rust compiler lays them out.

use std::collections::BTreeMap;

#[path = "tables/generated.rs"]
mod generated;
mod tables;

use tables::rows;

const SLOT: usize = size_of::<usize>();

/// Enumerations that the metadata has and the contract's sheets do not name.
const UNLISTED: &[&str] = &["BucketParameterIndex", "CLR_DEBUGGING_PROCESS_FLAGS"];

#[test]
fn every_method_has_the_contracts_slot() {
    let ours: BTreeMap<(&str, &str), usize> = generated::SLOTS
        .iter()
        .map(|(interface, method, offset)| {
            assert_eq!(offset % SLOT, 0, "{interface}::{method} is not at a slot");
            ((*interface, *method), offset / SLOT)
        })
        .collect();
    let contract: BTreeMap<(&str, &str), usize> = rows(tables::SLOTS)
        .iter()
        .map(|row| ((row[0], row[2]), row[1].parse().expect("a slot is a number")))
        .collect();
    assert!(contract.len() > 280, "the table has lost rows: {}", contract.len());
    same(&ours, &contract);
}

#[test]
fn no_table_has_slots_beyond_the_contracts() {
    let bases: BTreeMap<&str, &str> = rows(tables::IIDS).iter().map(|row| (row[0], row[2])).collect();
    let slots = rows(tables::SLOTS);
    for (interface, size) in generated::TABLES {
        let mut methods = 3;
        let mut next = Some(*interface);
        while let Some(part) = next {
            methods += slots.iter().filter(|row| row[0] == part).count();
            next = bases.get(part).copied();
        }
        assert_eq!(size / SLOT, methods, "slots of {interface}");
    }
}

#[test]
fn identifiers_are_the_contracts() {
    let text = |all: &[(&'static str, clrhost_abi::Guid)]| -> BTreeMap<&'static str, String> {
        all.iter().map(|(name, id)| (*name, id.to_string())).collect()
    };
    let contract = |table: &'static str| -> BTreeMap<&'static str, String> {
        rows(table).iter().map(|row| (row[0], row[1].to_string())).collect()
    };
    same(&text(generated::IIDS), &contract(tables::IIDS));
    same(&text(generated::CLSIDS), &contract(tables::CLSIDS));
}

#[test]
fn enumerations_have_the_contracts_values() {
    let ours: BTreeMap<(&str, &str), i32> =
        generated::ENUMS.iter().map(|(of, name, value)| ((*of, *name), *value)).collect();
    let contract: BTreeMap<(&str, &str), i32> =
        rows(tables::ENUMS).iter().map(|row| ((row[0], row[1]), tables::number(row[2]))).collect();
    let listed = ours.into_iter().filter(|((of, _), _)| !UNLISTED.contains(of)).collect();
    same(&listed, &contract);
}

#[test]
fn structures_have_the_contracts_layout() {
    let ours: BTreeMap<(&str, &str), usize> =
        generated::STRUCTS.iter().map(|(of, field, offset)| ((*of, *field), *offset)).collect();
    let contract: BTreeMap<(&str, &str), usize> = rows(tables::STRUCTS)
        .iter()
        .map(|row| ((row[0], row[1]), row[2].parse().expect("an offset is a number")))
        .collect();
    same(&ours, &contract);
}

/// Says each difference, where a comparison of whole maps would print both.
fn same<Key: Ord + std::fmt::Debug, Value: PartialEq + std::fmt::Debug>(
    ours: &BTreeMap<Key, Value>,
    contract: &BTreeMap<Key, Value>,
) {
    let mut differences = Vec::new();
    for (key, value) in ours {
        match contract.get(key) {
            None => differences.push(format!("{key:?} = {value:?} is not in the contract")),
            Some(other) if other != value => {
                differences.push(format!("{key:?} is {value:?}, the contract has {other:?}"));
            }
            Some(_) => {}
        }
    }
    let missing = contract.keys().filter(|key| !ours.contains_key(key));
    differences.extend(missing.map(|key| format!("{key:?} is missing")));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
