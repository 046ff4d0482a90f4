//! The probe's library, which the runtimes load from a file.
//!
//! The command carries it in itself, so that it is a single file and the two always fit. It is laid into the user's cache folder
//! when it is first needed: processes may load it long after the command that traced them has ended.

use super::folder::PrivateFolder;
use clrhost::new_file;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Names a library to take instead.
pub const VARIABLE: &str = "CLRHOST_PROBE_LIBRARY";

// As an assembler's directive, because that is carried out when code is generated: `cargo check` makes no library to read.
core::arch::global_asm!(
    ".pushsection .rodata.clrhost_probe_library, \"a\", @progbits",
    ".globl clrhost_probe_library_begin",
    ".globl clrhost_probe_library_end",
    "clrhost_probe_library_begin:",
    concat!(".incbin \"", env!("CLRHOST_CARRIED_LIBRARY"), "\""),
    "clrhost_probe_library_end:",
    ".popsection",
);

// SAFETY: defined right above; only their addresses are used.
unsafe extern "C" {
    static clrhost_probe_library_begin: u8;
    static clrhost_probe_library_end: u8;
}

/// The file's bytes.
fn carried() -> &'static [u8] {
    let (begin, end) = (&raw const clrhost_probe_library_begin, &raw const clrhost_probe_library_end);
    // SAFETY: the section lies between the two, in memory that is never written.
    unsafe { std::slice::from_raw_parts(begin, end as usize - begin as usize) }
}

/// So much of a library tells which one it is: the linker's build id lies there.
const HEAD: usize = 4096;

/// The library's file, made if it is not there yet. The error is a message for people.
pub fn place(named: Option<&Path>, folder: &PrivateFolder) -> Result<PathBuf, String> {
    if let Some(path) = named {
        return check_named(path).map_err(|error| {
            format!(
                "{} is not the probe's library: {error}. Leave out --probe-library and {VARIABLE} to take the one that clrhost \
                 carries in itself",
                path.display()
            )
        });
    }
    // The cache may be full, read-only, or somebody else's, as under sudo. Then the run has a copy of its own, which processes that
    // start after its end do not find.
    let cached =
        cache_folder().ok_or_else(|| io::Error::other("no cache folder")).and_then(|cache| in_cache(&cache));
    cached.or_else(|_| write(&folder.path().join("libclrhost_profiler.so"))).map_err(|error| {
        format!("the probe's library cannot be laid into {}: {error}", folder.path().display())
    })
}

fn check_named(path: &Path) -> io::Result<PathBuf> {
    let mut magic = [0; 4];
    File::open(path)?.read_exact(&mut magic)?;
    if &magic != b"\x7fELF" {
        return Err(io::Error::other("it is no ELF file"));
    }
    std::path::absolute(path)
}

fn cache_folder() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("clrhost"))
}

/// The file in the cache, for this build.
fn in_cache(cache: &Path) -> io::Result<PathBuf> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(cache)?;
    // SAFETY: geteuid has no precondition.
    let us = unsafe { libc::geteuid() };
    let is_ours =
        |path: &Path| fs::metadata(path).map(|found| found.uid() == us && found.mode() & 0o022 == 0);
    // What others can write to is not loaded into anybody's processes.
    let cache = &fs::canonicalize(cache)?;
    if !is_ours(cache)? || !nobody_else_can_move(cache, us)? {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let name = format!("libclrhost_profiler-{}-{:016x}.so", env!("CARGO_PKG_VERSION"), identity(carried()));
    let path = cache.join(name);
    if is_ours(&path).unwrap_or(false) && is_carried(&path).unwrap_or(false) {
        return Ok(path);
    }
    write(&path)
}

/// Whether each folder above, and so what stands under this path, is safe from all but the user and root. Under sudo the cache may be
/// root's in a home that is another's, who could put another folder in its place before a process loads the library.
fn nobody_else_can_move(path: &Path, us: u32) -> io::Result<bool> {
    const STICKY: u32 = 0o1000;
    for above in path.ancestors().skip(1) {
        let found = fs::metadata(above)?;
        let others_write = found.mode() & 0o022 != 0 && found.mode() & STICKY == 0;
        if ![0, us].contains(&found.uid()) || others_write {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Length and head are those of the library that is carried.
fn is_carried(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let library = carried();
    if file.metadata()?.len() != library.len() as u64 {
        return Ok(false);
    }
    let mut head = vec![0; HEAD.min(library.len())];
    file.read_exact(&mut head)?;
    Ok(library.starts_with(&head))
}

/// Two runs may do this at once, so it gets its name when it is whole.
fn write(path: &Path) -> io::Result<PathBuf> {
    let draft = path.with_extension(format!("so.{}.tmp", std::process::id()));
    let written = new_file(&draft, 0o600)
        .and_then(|mut file| file.write_all(carried()))
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.map(|()| path.to_owned())
}

/// FNV-1a over the library's head and length.
fn identity(library: &[u8]) -> u64 {
    let head = &library[..HEAD.min(library.len())];
    let length = library.len().to_le_bytes();
    head.iter().chain(&length).fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_with_the_way_in_for_the_runtime_is_carried() {
        let library = carried();
        assert_eq!(&library[..4], b"\x7fELF");
        let way_in = b"\0DllGetClassObject\0";
        assert!(library.windows(way_in.len()).any(|part| part == way_in));
    }

    #[test]
    fn a_cache_that_somebody_else_could_exchange_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = PrivateFolder::new().unwrap();
        let above = folder.path().join("home");
        let cache = above.join("clrhost");
        let library = in_cache(&cache).unwrap();
        assert!(is_carried(&library).unwrap());
        for (mode, is_used) in [(0o777, false), (0o775, false), (0o1777, true), (0o755, true)] {
            fs::set_permissions(&above, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(in_cache(&cache).is_ok(), is_used, "{mode:o}");
        }
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o770)).unwrap();
        assert!(in_cache(&cache).is_err());
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(in_cache(&cache).is_ok());
        // Root's cache in the home of another user, as under sudo. Only root can give folders away.
        if fs::metadata(&above).unwrap().uid() == 0 {
            std::os::unix::fs::chown(&above, Some(65534), None).unwrap();
            assert!(in_cache(&cache).is_err());
        }
    }

    #[test]
    fn libraries_of_other_heads_and_lengths_are_others() {
        let library = carried();
        let mut other = library.to_vec();
        assert_eq!(identity(&other), identity(library));
        other[1000] ^= 1;
        assert_ne!(identity(&other), identity(library));
        assert_ne!(identity(&library[1..]), identity(library));
        assert_ne!(identity(&library[..library.len() - 1]), identity(library));
    }
}
