//! The tables of an assembly's metadata (ECMA-335 II.22 and II.24.2.6).

/// Table numbers, which are the top bytes of tokens too.
pub(crate) mod table {
    pub(crate) const TYPE_REF: u8 = 0x01;
    pub(crate) const TYPE_DEF: u8 = 0x02;
    pub(crate) const FIELD: u8 = 0x04;
    pub(crate) const METHOD_DEF: u8 = 0x06;
    pub(crate) const MEMBER_REF: u8 = 0x0A;
    pub(crate) const CUSTOM_ATTRIBUTE: u8 = 0x0C;
    pub(crate) const STAND_ALONE_SIG: u8 = 0x11;
    pub(crate) const NESTED_CLASS: u8 = 0x29;
}

/// How wide a column is.
#[derive(Clone, Copy)]
enum Column {
    Two,
    Four,
    String,
    Guid,
    Blob,
    /// A row of this table.
    Row(u8),
    /// A row of one of several tables, which the lowest bits tell.
    Coded(u32, &'static [u8]),
}

use Column::{Blob, Coded, Four, Guid, Row, String, Two};

const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1B]);
const HAS_CONSTANT: Column = Coded(2, &[0x04, 0x08, 0x17]);
const HAS_CUSTOM_ATTRIBUTE: Column = Coded(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26,
        0x27, 0x28, 0x2A, 0x2C, 0x2B,
    ],
);
const HAS_FIELD_MARSHAL: Column = Coded(1, &[0x04, 0x08]);
const HAS_DECL_SECURITY: Column = Coded(2, &[0x02, 0x06, 0x20]);
const MEMBER_REF_PARENT: Column = Coded(3, &[0x02, 0x01, 0x1A, 0x06, 0x1B]);
const HAS_SEMANTICS: Column = Coded(1, &[0x14, 0x17]);
const METHOD_DEF_OR_REF: Column = Coded(1, &[0x06, 0x0A]);
const MEMBER_FORWARDED: Column = Coded(1, &[0x04, 0x06]);
const IMPLEMENTATION: Column = Coded(2, &[0x26, 0x23, 0x27]);
const CUSTOM_ATTRIBUTE_TYPE: Column = Coded(3, &[0x06, 0x0A]);
const RESOLUTION_SCOPE: Column = Coded(2, &[0x00, 0x1A, 0x23, 0x01]);

/// Columns of the tables up to the last one that is looked at.
const SCHEMA: [&[Column]; 0x2A] = [
    &[Two, String, Guid, Guid, Guid],
    &[RESOLUTION_SCOPE, String, String],
    &[Four, String, String, TYPE_DEF_OR_REF, Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[Two, String, Blob],
    &[Row(0x06)],
    &[Four, Two, Two, String, Blob, Row(0x08)],
    &[Row(0x08)],
    &[Two, Two, String],
    &[Row(0x02), TYPE_DEF_OR_REF],
    &[MEMBER_REF_PARENT, String, Blob],
    &[Two, HAS_CONSTANT, Blob],
    &[HAS_CUSTOM_ATTRIBUTE, CUSTOM_ATTRIBUTE_TYPE, Blob],
    &[HAS_FIELD_MARSHAL, Blob],
    &[Two, HAS_DECL_SECURITY, Blob],
    &[Two, Four, Row(0x02)],
    &[Four, Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[Two, String, TYPE_DEF_OR_REF],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[Two, String, Blob],
    &[Two, Row(0x06), HAS_SEMANTICS],
    &[Row(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF],
    &[String],
    &[Blob],
    &[Two, MEMBER_FORWARDED, String, Row(0x1A)],
    &[Four, Row(0x04)],
    &[Four, Four],
    &[Four],
    &[Four, Two, Two, Two, Two, Four, Blob, String, String],
    &[Four],
    &[Four, Four, Four],
    &[Two, Two, Two, Two, Four, Blob, String, String, Blob],
    &[Four, Row(0x23)],
    &[Four, Four, Four, Row(0x23)],
    &[Four, String, Blob],
    &[Four, Four, String, String, IMPLEMENTATION],
    &[Four, Four, String, IMPLEMENTATION],
    &[Row(0x02), Row(0x02)],
];

/// Most columns a table has.
const COLUMNS: usize = 9;

#[derive(Clone, Copy, Default)]
struct Layout {
    start: usize,
    row_size: usize,
    /// Where each column begins, and whether it has four bytes.
    columns: [(u8, bool); COLUMNS],
}

/// Where all rows lie.
pub(crate) struct Tables<'a> {
    stream: &'a [u8],
    rows: [u32; 64],
    layouts: [Layout; SCHEMA.len()],
}

impl<'a> Tables<'a> {
    /// Understands a `#~` stream. `None` if it is cut short.
    pub(crate) fn new(stream: &'a [u8]) -> Option<Tables<'a>> {
        let heap_sizes = *stream.get(6)?;
        let valid = u64::from_le_bytes(stream.get(8..16)?.try_into().ok()?);
        let (mut rows, mut at) = ([0; 64], 24);
        for table in (0..64).filter(|table| valid >> table & 1 != 0) {
            rows[table] = read(stream, at, true)?;
            at += 4;
        }
        // A bit no compiler sets, for four bytes more.
        at += if heap_sizes & 0x40 != 0 { 4 } else { 0 };
        let is_wide = |column: Column| match column {
            Two => false,
            Four => true,
            String => heap_sizes & 1 != 0,
            Guid => heap_sizes & 2 != 0,
            Blob => heap_sizes & 4 != 0,
            Row(table) => rows[usize::from(table)] >= 1 << 16,
            Coded(bits, tables) => tables.iter().any(|&table| rows[usize::from(table)] >= 1 << (16 - bits)),
        };
        let mut layouts = [Layout::default(); SCHEMA.len()];
        for (table, layout) in layouts.iter_mut().enumerate() {
            layout.start = at;
            for (&column, place) in SCHEMA[table].iter().zip(&mut layout.columns) {
                let wide = is_wide(column);
                *place = (layout.row_size as u8, wide);
                layout.row_size += if wide { 4 } else { 2 };
            }
            at = at.checked_add(layout.row_size.checked_mul(rows[table] as usize)?)?;
        }
        (at <= stream.len()).then_some(Tables { stream, rows, layouts })
    }

    /// How many rows a table has; they are numbered from 1.
    pub(crate) fn rows(&self, table: u8) -> u32 {
        self.rows[usize::from(table)]
    }

    /// What stands in a row. 0 for a row or column that is not there.
    pub(crate) fn get(&self, table: u8, row: u32, column: usize) -> u32 {
        if row == 0 || row > self.rows(table) {
            return 0;
        }
        let layout = &self.layouts[usize::from(table)];
        let (offset, wide) = layout.columns[column];
        let at = layout.start + layout.row_size * (row as usize - 1) + usize::from(offset);
        read(self.stream, at, wide).unwrap_or(0)
    }
}

fn read(bytes: &[u8], at: usize, wide: bool) -> Option<u32> {
    if wide {
        Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
    } else {
        Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One type, two methods, narrow heaps.
    fn stream() -> Vec<u8> {
        let mut stream = vec![0u8; 24];
        stream[8] = 1 << table::TYPE_DEF | 1 << table::METHOD_DEF;
        stream.extend([1, 0, 0, 0, 2, 0, 0, 0]);
        stream.extend([1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]);
        for rva in [0x11u8, 0x22] {
            stream.extend([rva, 0, 0, 0, 7, 0, 8, 0, 9, 0, 10, 0, 11, 0]);
        }
        stream
    }

    #[test]
    fn columns_are_found_by_the_widths_before_them() {
        let stream = stream();
        let tables = Tables::new(&stream).unwrap();
        assert_eq!((tables.rows(table::TYPE_DEF), tables.rows(table::METHOD_DEF)), (1, 2));
        assert_eq!(tables.get(table::TYPE_DEF, 1, 5), 6);
        assert_eq!(tables.get(table::METHOD_DEF, 2, 0), 0x22);
        assert_eq!(tables.get(table::METHOD_DEF, 2, 4), 10);
        assert_eq!(tables.get(table::METHOD_DEF, 3, 4), 0);
    }

    #[test]
    fn a_stream_that_is_cut_short_is_refused_at_every_length() {
        let stream = stream();
        for length in 0..stream.len() {
            assert!(Tables::new(&stream[..length]).is_none(), "{length}");
        }
    }
}
