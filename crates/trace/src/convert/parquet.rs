//! The table of calls as a Parquet file.

use super::names;
use super::nesting::{Nested, by_thread};
use crate::model::{Recording, Target, Thread};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::Arc;

/// Rows that are held in memory at a time.
const ROWS: usize = 256 << 10;

/// The columns of `csv::COLUMNS`.
const SCHEMA: &str = "message calls {
    required int32 thread (integer(32, false));
    required int64 os_thread_id (integer(64, false));
    optional binary thread_name (string);
    optional binary thread_kind (string);
    required int32 depth (integer(32, false));
    required int64 began_ns (integer(64, false));
    required int64 duration_ns (integer(64, false));
    required int64 self_ns (integer(64, false));
    required boolean returned;
    required binary direction (string);
    required binary kind (string);
    required binary method (string);
    optional binary assembly (string);
    optional binary library (string);
    optional binary symbol (string);
    optional binary file (string);
}";

pub fn write(recording: &Recording, out: &mut (impl Write + Send)) -> io::Result<()> {
    table(recording, out).map_err(io::Error::other)
}

fn table(recording: &Recording, out: &mut (impl Write + Send)) -> Result<()> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let origin = &recording.origin;
    let about = [
        ("clrhost", origin.clrhost_version.clone()),
        ("runtime", origin.runtime.clone()),
        ("command", names::of_process(origin)),
        ("began_unix_ns", origin.began_unix_ns.to_string()),
    ];
    let about = about.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_created_by("clrhost".to_owned())
        .set_key_value_metadata(Some(about.to_vec()));
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
    let texts = Texts::of(recording);
    let mut rows = Vec::with_capacity(ROWS.min(recording.calls.len()));
    for (_, calls) in by_thread(recording) {
        for part in calls.chunks(ROWS) {
            if rows.len() + part.len() > ROWS {
                row_group(&mut file, &texts, &rows)?;
                rows.clear();
            }
            rows.extend_from_slice(part);
        }
    }
    row_group(&mut file, &texts, &rows)?;
    file.close()?;
    Ok(())
}

/// Texts of threads and targets as the file holds them, which share their memory.
struct Texts {
    threads: Vec<(u64, [Option<ByteArray>; 2])>,
    targets: Vec<[Option<ByteArray>; 7]>,
}

impl Texts {
    fn of(recording: &Recording) -> Texts {
        let bytes = |text: &str| Some(ByteArray::from(text.as_bytes().to_vec()));
        let optional = |text: &Option<String>| text.as_deref().and_then(bytes);
        let thread =
            |thread: &Thread| (thread.os_thread_id, [optional(&thread.name), optional(&thread.kind)]);
        let target = |target: &Target| {
            [
                bytes(names::of_direction(target.direction)),
                bytes(&target.kind),
                bytes(&target.method),
                optional(&target.assembly),
                optional(&target.library),
                optional(&target.symbol),
                optional(&target.file),
            ]
        };
        Texts {
            threads: recording.threads.iter().map(thread).collect(),
            targets: recording.targets.iter().map(target).collect(),
        }
    }
}

fn row_group<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    texts: &Texts,
    rows: &[Nested],
) -> Result<()> {
    let mut group = file.next_row_group()?;
    let thread = |row: &Nested| &texts.threads[row.call.thread as usize];
    let target = |row: &Nested| &texts.targets[row.call.target as usize];
    // Numbers without a sign are stored in the bits of those with one.
    column::<Int32Type>(&mut group, rows.iter().map(|row| row.call.thread.cast_signed()))?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| thread(row).0.cast_signed()))?;
    for part in 0..2 {
        optional_column(&mut group, rows.iter().map(|row| thread(row).1[part].clone()))?;
    }
    column::<Int32Type>(&mut group, rows.iter().map(|row| row.depth.cast_signed()))?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| row.call.began_ns.cast_signed()))?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| (row.end_ns - row.call.began_ns).cast_signed()))?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| row.self_ns.cast_signed()))?;
    column::<BoolType>(&mut group, rows.iter().map(|row| !row.is_open()))?;
    for part in 0..3 {
        column::<ByteArrayType>(
            &mut group,
            rows.iter().map(|row| target(row)[part].clone().unwrap_or_default()),
        )?;
    }
    for part in 3..7 {
        optional_column(&mut group, rows.iter().map(|row| target(row)[part].clone()))?;
    }
    group.close()?;
    Ok(())
}

/// The next column, which has a value in every row.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<impl Write + Send>,
    values: impl Iterator<Item = T::T>,
) -> Result<()> {
    write_column::<T>(group, &values.collect::<Vec<_>>(), None)
}

/// The next column, of texts that may not be there.
fn optional_column(
    group: &mut SerializedRowGroupWriter<impl Write + Send>,
    values: impl Iterator<Item = Option<ByteArray>>,
) -> Result<()> {
    let values: Vec<_> = values.collect();
    let there: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    write_column::<ByteArrayType>(group, &values.into_iter().flatten().collect::<Vec<_>>(), Some(&there))
}

fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<impl Write + Send>,
    values: &[T::T],
    there: Option<&[i16]>,
) -> Result<()> {
    // The schema has as many columns as are written.
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<T>().write_batch(values, there, None)?;
    column.close()
}
