//! Copies of the stacks of other threads of the calling process.
//!
//! Another thread's stack can be unmapped at any time, because the thread ends. So the kernel copies, which answers with an
//! error where a pointer of ours would fault.

use std::fs::File;
use std::os::unix::fs::FileExt;

const PAGE: usize = 4096;

/// The bytes of this process from `address` on, at most `length`, up to the first page that cannot be read.
pub(crate) fn copy(address: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let copied = by_system_call(address, &mut bytes).or_else(|| by_file(address, &mut bytes)).unwrap_or(0);
    bytes.truncate(copied);
    bytes
}

/// `None` where the system has forbidden the call, as some containers do.
fn by_system_call(address: u64, bytes: &mut [u8]) -> Option<usize> {
    let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut remote = Vec::with_capacity(bytes.len() / PAGE + 2);
    let (mut from, end) = (address as usize, (address as usize).checked_add(bytes.len())?);
    // A page each: within one range the call is free to copy all or nothing.
    while from < end {
        let to = (from / PAGE + 1).saturating_mul(PAGE).min(end);
        remote.push(libc::iovec { iov_base: from as *mut _, iov_len: to - from });
        from = to;
    }
    remote.truncate(libc::UIO_MAXIOV as usize);
    // SAFETY: writes into `bytes` alone; what is read is checked by the kernel.
    let copied = unsafe {
        libc::process_vm_readv(libc::getpid(), &local, 1, remote.as_ptr(), remote.len() as libc::c_ulong, 0)
    };
    usize::try_from(copied).ok()
}

fn by_file(address: u64, bytes: &mut [u8]) -> Option<usize> {
    File::open("/proc/self/mem").ok()?.read_at(bytes, address).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_copy_the_same() {
        let memory: Vec<u8> = (0..3 * PAGE).map(|byte| byte as u8).collect();
        let address = memory.as_ptr() as u64;
        let (mut one, mut other) = (vec![0; memory.len()], vec![0; memory.len()]);
        assert_eq!(by_system_call(address, &mut one), Some(memory.len()));
        assert_eq!(by_file(address, &mut other), Some(memory.len()));
        assert_eq!((&one, &other), (&memory, &memory));
    }

    #[test]
    fn a_copy_ends_where_memory_does() {
        // SAFETY: new memory, whose second page is given back at once.
        let address = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let address = libc::mmap(std::ptr::null_mut(), 2 * PAGE, protection, flags, -1, 0);
            assert_ne!(address, libc::MAP_FAILED);
            libc::munmap(address.byte_add(PAGE), PAGE);
            address as u64
        };
        assert_eq!(copy(address + 100, 2 * PAGE).len(), PAGE - 100);
        assert!(copy(address + PAGE as u64, PAGE).is_empty());
        assert!(copy(u64::MAX - 10, PAGE).is_empty());
    }
}
