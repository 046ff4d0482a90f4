//! A native library or program, as far as unwinding and names need it.

use crate::maps::Code;
use addr2line::{Loader, demangle_auto};
use framehop::{ExplicitModuleSectionInfo, Module as UnwindModule};
use object::{
    BinaryFormat, Object, ObjectSection, ObjectSegment, ObjectSymbol, SegmentFlags, SymbolKind, elf,
};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Of Linux: what is opened is not waited for.
const O_NONBLOCK: i32 = 0o4000;

/// Bytes of a section.
pub(crate) type Bytes = Arc<[u8]>;

/// A library or program that is mapped.
pub(crate) struct Module {
    pub(crate) name: String,
    /// What to add to the file's addresses.
    bias: u64,
    /// Functions by address.
    symbols: Vec<Symbol>,
    lines: Option<Loader>,
}

struct Symbol {
    addresses: Range<u64>,
    name: String,
}

/// Where in a file a function is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) function: Option<String>,
    pub(crate) offset: u64,
    pub(crate) line: Option<(String, u32)>,
}

impl Module {
    /// Reads the file behind a stretch of code, if that is native code: the same file may hold managed code too. `root` is where
    /// the process has its file system.
    pub(crate) fn read(code: &Code, root: &Path) -> Option<(Module, UnwindModule<Bytes>)> {
        let file = code.file.as_deref()?;
        let path = seen_from_here(file, root);
        let (data, is_trusted) = read_library(&path).ok()?;
        let object = object::File::parse(&*data).ok()?;
        if object.format() != BinaryFormat::Elf {
            return None;
        }
        let is_code = |segment: &object::Segment| matches!(segment.flags(), SegmentFlags::Elf { p_flags, .. } if p_flags.0 & elf::PF_X.0 != 0);
        // Only those of code: two segments may share a page of the file, which is then mapped twice.
        let bias = object.segments().filter(is_code).find_map(|segment| {
            let (offset, bytes) = segment.file_range();
            // The kernel maps whole pages.
            let first_page = offset & !0xFFF;
            (first_page..offset + bytes).contains(&code.offset).then(|| {
                code.addresses.start.wrapping_sub((segment.address() & !0xFFF) + code.offset - first_page)
            })
        })?;
        let unwinding =
            UnwindModule::new(file.display().to_string(), code.addresses.clone(), bias, sections(&object));
        let has_lines = object.section_by_name(".debug_line").is_some();
        let module = Module {
            name: file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            bias,
            symbols: symbols(&object),
            // It opens further files that this one names.
            lines: if has_lines && is_trusted { Loader::new(&path).ok() } else { None },
        };
        Some((module, unwinding))
    }

    /// The function that holds an address.
    pub(crate) fn find(&self, address: u64) -> Found {
        let in_file = address.wrapping_sub(self.bias);
        let before = self.symbols.partition_point(|symbol| symbol.addresses.start <= in_file);
        let symbol = before.checked_sub(1).map(|index| &self.symbols[index]);
        let symbol = symbol.filter(|symbol| symbol.addresses.contains(&in_file));
        let line = self.lines.as_ref().and_then(|lines| {
            let location = lines.find_location(in_file).ok()??;
            let file = Path::new(location.file?).file_name()?.to_string_lossy().into_owned();
            Some((file, location.line?))
        });
        Found {
            function: symbol.map(|symbol| demangle_auto(Cow::from(&symbol.name), None).into_owned()),
            offset: symbol.map_or(in_file, |symbol| in_file - symbol.addresses.start),
            line,
        }
    }
}

/// Bytes of a library; the largest known have a third of that.
const MAX_LIBRARY: u64 = 4 << 30;

/// Reads a file that a process has mapped, or says that it has; and whether it is root's or the user's own. A process of another user
/// may have a pipe there, which would never end, or a device.
fn read_library(path: &Path) -> io::Result<(Vec<u8>, bool)> {
    // Before it is opened too: to open a device may do something.
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = File::options().read(true).custom_flags(O_NONBLOCK).open(path)?;
    let found = file.metadata()?;
    if !found.is_file() || found.len() > MAX_LIBRARY {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut data = Vec::new();
    file.take(MAX_LIBRARY).read_to_end(&mut data)?;
    let own = fs::metadata("/proc/self").map(|own| own.uid()).ok();
    Ok((data, found.uid() == 0 || Some(found.uid()) == own))
}

/// In a container a process has other files under the same names.
fn seen_from_here(file: &Path, root: &Path) -> PathBuf {
    let inside = file.strip_prefix("/").map(|relative| root.join(relative));
    match inside {
        Ok(inside) if inside.exists() => inside,
        _ => file.to_owned(),
    }
}

fn sections(object: &object::File) -> ExplicitModuleSectionInfo<Bytes> {
    let range = |name| {
        let section = object.section_by_name(name)?;
        Some(section.address()..section.address() + section.size())
    };
    let bytes = |name| Some(Arc::from(&*object.section_by_name(name)?.uncompressed_data().ok()?));
    ExplicitModuleSectionInfo {
        // In ELF addresses count from 0.
        base_svma: 0,
        text_svma: range(".text"),
        got_svma: range(".got"),
        eh_frame_svma: range(".eh_frame"),
        eh_frame: bytes(".eh_frame"),
        eh_frame_hdr_svma: range(".eh_frame_hdr"),
        eh_frame_hdr: bytes(".eh_frame_hdr"),
        debug_frame: bytes(".debug_frame"),
        ..ExplicitModuleSectionInfo::default()
    }
}

fn symbols(object: &object::File) -> Vec<Symbol> {
    let all = object.symbols().chain(object.dynamic_symbols());
    // glibc has some functions of assembly without a type.
    let functions = all.filter(|symbol| {
        matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Unknown | SymbolKind::Label)
            && symbol.address() != 0
            && symbol.is_definition()
    });
    let mut symbols: Vec<Symbol> = functions
        .filter_map(|symbol| {
            let (start, name) = (symbol.address(), symbol.name().ok()?);
            Some(Symbol { addresses: start..start + symbol.size().max(1), name: name.to_owned() })
        })
        .collect();
    symbols.sort_by_key(|symbol| symbol.addresses.start);
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn what_is_no_library_is_not_waited_for() {
        let pipe = std::env::temp_dir().join(format!("clrhost-unwind-{}", std::process::id()));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let read = read_library(&pipe);
        fs::remove_file(&pipe).unwrap();
        assert!(read.is_err());
        // Without end, too.
        assert!(read_library(Path::new("/dev/zero")).is_err());
        let (own, is_trusted) = read_library(&std::env::current_exe().unwrap()).unwrap();
        assert!(own.starts_with(b"\x7fELF") && is_trusted);
    }
}
