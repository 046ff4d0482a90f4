//! What a shared library says of itself to the dynamic linker, for tests of what clrhost brings into processes.

use object::elf;
use object::read::elf::{Dyn, ElfFile64, ProgramHeader};
use object::{Endianness, ImportFlags, Object, ObjectSymbol, RelocationTarget};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A shared library, as its file describes it.
#[derive(Debug, Default)]
pub struct SharedLibrary {
    /// Names that other libraries can bind to.
    pub exports: BTreeSet<String>,
    /// Names that it takes from others, with the version of each: "GLIBC_2.2.5", or nothing for a name without one.
    pub imports: BTreeMap<String, String>,
    /// Libraries that are loaded with it.
    pub needed: BTreeSet<String>,
    /// Its name for those that link to it.
    pub name: Option<String>,
    /// All names are bound when it is loaded, so that its tables of addresses can be closed to writing (`DF_BIND_NOW`).
    pub binds_now: bool,
    /// It has a part that is closed to writing when it is bound (`PT_GNU_RELRO`).
    pub closes_tables: bool,
    /// It stays when it is unloaded (`DF_1_NODELETE`).
    pub stays: bool,
    /// Its code has to be changed when it is loaded (`DT_TEXTREL`).
    pub changes_code: bool,
    /// It says where to look for libraries (`DT_RPATH`, `DT_RUNPATH`).
    pub search_path: Option<String>,
    /// The stack may be executed. So it is where the library does not say.
    pub executable_stack: bool,
    /// Memory that may be written and executed.
    pub writable_code: bool,
    /// Bytes of thread-local storage that each thread has for it.
    pub thread_bytes: u64,
    /// It takes these bytes from the static storage of each thread, of which the linker has some to spare (`DF_STATIC_TLS`).
    pub static_thread_storage: bool,
    /// Functions that run when it is loaded.
    pub initialisers: Vec<String>,
    /// Bytes of address space that it takes, files or not.
    pub loaded_bytes: u64,
    /// Bytes of the file, debug information included.
    pub file_bytes: u64,
    /// The linker's mark of this very file.
    pub build_id: bool,
    /// Crates, by the names of their libraries, that its functions are of or have types of.
    pub crates: BTreeSet<String>,
}

impl SharedLibrary {
    /// Reads a library.
    ///
    /// # Panics
    /// If the file is not there or is no 64-bit ELF file.
    pub fn read(path: &Path) -> SharedLibrary {
        let data = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: ElfFile64<Endianness> =
            ElfFile64::parse(&*data).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut library = SharedLibrary {
            file_bytes: data.len() as u64,
            build_id: file.build_id().expect("its notes can be read").is_some(),
            // What goes for a file without PT_GNU_STACK.
            executable_stack: true,
            ..SharedLibrary::default()
        };
        library.read_names(&file);
        library.read_segments(&file);
        library.read_dynamic(&file);
        library.read_functions(&file);
        library
    }

    fn read_names(&mut self, file: &ElfFile64<Endianness>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        for export in file.exports().expect("its exports can be read") {
            let export = export.expect("an export");
            self.exports.insert(text(export.name().name().expect("ELF has names")));
        }
        for import in file.imports().expect("its imports can be read") {
            let import = import.expect("an import");
            let version = match import.flags() {
                ImportFlags::Elf { version: Some(version), .. } => text(version),
                _ => String::new(),
            };
            self.imports.insert(text(import.name().name().expect("ELF has names")), version);
        }
    }

    fn read_segments(&mut self, file: &ElfFile64<Endianness>) {
        let endian = file.endian();
        for segment in file.elf_program_headers() {
            let flags = segment.p_flags(endian).0;
            let is_code = flags & elf::PF_X.0 != 0;
            match segment.p_type(endian) {
                elf::PT_LOAD => {
                    self.writable_code |= is_code && flags & elf::PF_W.0 != 0;
                    let end = segment.p_vaddr(endian) + segment.p_memsz(endian);
                    self.loaded_bytes = self.loaded_bytes.max(end);
                }
                elf::PT_GNU_STACK => self.executable_stack = is_code,
                elf::PT_GNU_RELRO => self.closes_tables = true,
                elf::PT_TLS => self.thread_bytes = segment.p_memsz(endian),
                _ => {}
            }
        }
    }

    fn read_dynamic(&mut self, file: &ElfFile64<Endianness>) {
        let endian = file.endian();
        let table = file.elf_dynamic_table().expect("it has a dynamic section");
        let text = |entry: &elf::Dyn64<Endianness>| {
            let name = entry.string(endian, *table.strings()).expect("a name");
            String::from_utf8_lossy(name).into_owned()
        };
        for entry in table.dynamics() {
            let value = entry.val(endian);
            match entry.tag(endian) {
                elf::DT_NEEDED => drop(self.needed.insert(text(entry))),
                elf::DT_SONAME => self.name = Some(text(entry)),
                elf::DT_RPATH | elf::DT_RUNPATH => self.search_path = Some(text(entry)),
                elf::DT_TEXTREL => self.changes_code = true,
                elf::DT_FLAGS => {
                    self.binds_now |= value & elf::DF_BIND_NOW.0 != 0;
                    self.changes_code |= value & elf::DF_TEXTREL.0 != 0;
                    self.static_thread_storage |= value & elf::DF_STATIC_TLS.0 != 0;
                }
                elf::DT_FLAGS_1 => self.stays |= value & elf::DF_1_NODELETE.0 != 0,
                _ => {}
            }
        }
    }

    /// Of the symbols that stay in the file, debug information or not.
    fn read_functions(&mut self, file: &ElfFile64<Endianness>) {
        let mut by_address = BTreeMap::new();
        for symbol in file.symbols().filter(|symbol| symbol.is_definition()) {
            let Ok(name) = symbol.name() else { continue };
            let name = format!("{:#}", rustc_demangle::demangle(name));
            self.crates.extend(crates_in(&name));
            by_address.insert(symbol.address(), name);
        }
        let range = |section: &str| {
            let found = file.elf_section_table().section_by_name(file.endian(), section.as_bytes());
            found.map(|(_, section)| {
                let start = section.sh_addr.get(file.endian());
                start..start + section.sh_size.get(file.endian())
            })
        };
        let places = [range(".preinit_array"), range(".init_array")];
        for (place, relocation) in file.dynamic_relocations().expect("it has relocations") {
            if places.iter().flatten().any(|range| range.contains(&place)) {
                assert_eq!(relocation.target(), RelocationTarget::Absolute, "an initialiser of its own");
                let function = by_address.get(&(relocation.addend() as u64));
                self.initialisers.push(function.cloned().unwrap_or_else(|| "without a name".to_owned()));
            }
        }
        self.initialisers.sort();
    }
}

/// The first part of each path in the name of a function: `a`, `b` in `<a::X as b::Y<u8>>::z`.
fn crates_in(name: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.match_indices("::").filter_map(move |(end, _)| {
        let start = name[..end].rfind(|c| !is_part(c)).map_or(0, |before| before + 1);
        let first = &name[start..end];
        // Behind a colon it is not the first part. What begins with a capital letter is a type.
        let is_first = !name[..start].ends_with([':', '.', '$']);
        (is_first && first.starts_with(|c: char| c.is_ascii_lowercase() || c == '_'))
            .then(|| first.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_found_in_names() {
        let found = |name| crates_in(name).collect::<Vec<_>>();
        assert_eq!(found("a::b::c"), ["a"]);
        assert_eq!(found("<a::X as b_2::Y<c::Z>>::f"), ["a", "b_2", "c"]);
        assert_eq!(found("<T as core::fmt::Debug>::fmt"), ["core"]);
        assert_eq!(found("frame_dummy"), [""; 0]);
    }
}
