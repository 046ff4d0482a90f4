//! What the process has of the machine, by /proc.

use std::fs;
use std::io;

/// Memory in KiB, and numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident memory.
    pub resident: u64,
    /// Of it, what is no file's.
    pub anonymous: u64,
    /// What `malloc` gave out and has not got back, of all that use the C library's: native code, clrhost, the runtime. Without what it
    /// maps by itself: tasks' blocks, of whose megabytes few are touched.
    pub allocated: u64,
    /// Files in memory that stubs of thunks are in: mapped.
    pub thunks: u64,
    /// Threads.
    pub threads: u64,
    /// File descriptors.
    pub files: u64,
}

/// Of this process, now.
pub fn read() -> io::Result<Memory> {
    let status = fs::read_to_string("/proc/self/status")?;
    let maps = fs::read_to_string("/proc/self/maps")?;
    // The folder's own descriptor is open while it is read.
    let files = fs::read_dir("/proc/self/fd")?.count().saturating_sub(1) as u64;
    Ok(Memory {
        resident: number(&status, "VmRSS:"),
        anonymous: number(&status, "RssAnon:") + number(&status, "RssShmem:"),
        allocated: allocated() / 1024,
        thunks: mapped(&maps, "memfd:clrhost-thunks") / 1024,
        threads: number(&status, "Threads:"),
        files,
    })
}

fn allocated() -> u64 {
    // SAFETY: has no precondition.
    unsafe { libc::mallinfo2().uordblks as u64 }
}

/// Has the C library give free memory back to the system.
pub fn give_back() {
    // SAFETY: has no precondition.
    unsafe { libc::malloc_trim(0) };
}

/// The number in the line that begins so.
fn number(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Bytes mapped of files of this name.
fn mapped(maps: &str, name: &str) -> u64 {
    let size = |line: &str| {
        let (from, to) = line.split_whitespace().next()?.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        Some(number(to)? - number(from)?)
    };
    maps.lines().filter(|line| line.contains(name)).filter_map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory() {
        let memory = read().expect("Linux has it");
        assert!(memory.resident > memory.anonymous && memory.anonymous > 0, "{memory:?}");
        assert!(memory.allocated > 0 && memory.allocated <= memory.resident, "{memory:?}");
        assert!(memory.threads >= 1 && memory.files >= 3, "{memory:?}");
    }

    #[test]
    fn mappings_are_added_up() {
        let maps = "1000-3000 r-xp 00000000 00:01 2 /memfd:clrhost-thunks (deleted)\n3000-4000 rw-p 0 00:00 0\n\
                    8000-9000 r-xp 00000000 00:01 2 /memfd:clrhost-thunks (deleted)\n";
        assert_eq!(mapped(maps, "memfd:clrhost-thunks"), 0x3000);
    }
}
