//! The contract's tables in `tests/data`, read.

/// The rows of a table, cut into columns; lines that begin with `#` are comments.
pub fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect()).collect()
}

pub const SLOTS: &str = include_str!("../data/slots.tsv");
pub const IIDS: &str = include_str!("../data/iids.tsv");
pub const CLSIDS: &str = include_str!("../data/clsids.tsv");
pub const ENUMS: &str = include_str!("../data/enums.tsv");
pub const STRUCTS: &str = include_str!("../data/structs.tsv");

/// A number as the tables write it; enumerations are 32 bits wide, whatever the sign.
pub fn number(text: &str) -> i32 {
    let digits = text.strip_prefix("0x").unwrap_or_else(|| panic!("{text} does not begin with 0x"));
    u32::from_str_radix(digits, 16).unwrap_or_else(|e| panic!("{text}: {e}")) as i32
}
