//! What a process has mapped, and where.

use std::ops::Range;
use std::path::PathBuf;

/// A stretch of executable memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) addresses: Range<u64>,
    /// Where it begins in its file.
    pub(crate) offset: u64,
    /// The file, if it comes from one that is still there under its name.
    pub(crate) file: Option<PathBuf>,
}

/// The executable memory that /proc/PID/maps lists, in order.
pub(crate) fn code(maps: &str) -> Vec<Code> {
    maps.lines().filter_map(line).collect()
}

/// `None` for memory that is not executable.
fn line(line: &str) -> Option<Code> {
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    let offset = u64::from_str_radix(words.next()?, 16).ok()?;
    let path = words.nth(2).unwrap_or("").trim_start();
    if rights.as_bytes().get(2) != Some(&b'x') {
        return None;
    }
    // Files in memory are no files that could be opened, though their names look like it: reading /memfd:doublemapper of the
    // runtime's through map_files was seen to hang. What was deleted may have been replaced by something else.
    let is_file = path.starts_with('/') && !path.starts_with("/memfd:") && !path.ends_with(" (deleted)");
    Some(Code {
        addresses: u64::from_str_radix(start, 16).ok()?..u64::from_str_radix(end, 16).ok()?,
        offset,
        file: is_file.then(|| PathBuf::from(path)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executable_memory_is_found_with_its_file() {
        let maps = "\
7f0000000000-7f0000001000 r--p 00000000 fe:00 12                         /lib/libc.so.6
7f0000001000-7f0000003000 r-xp 00001000 fe:00 12                         /lib/with space.so
7f0000004000-7f0000005000 rwxs 00000000 00:01 99                         /memfd:doublemapper (deleted)
7f0000006000-7f0000007000 r-xp 00000000 fe:00 13                         /lib/old.so (deleted)
7f0000008000-7f0000009000 rwxp 00000000 00:00 0 
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]
nonsense
";
        let found: Vec<_> = code(maps).into_iter().map(|code| (code.addresses.start, code.file)).collect();
        assert_eq!(
            found,
            [
                (0x7f00_0000_1000, Some(PathBuf::from("/lib/with space.so"))),
                (0x7f00_0000_4000, None),
                (0x7f00_0000_6000, None),
                (0x7f00_0000_8000, None),
                (0x7ffd_0000_0000, None),
            ]
        );
    }
}
