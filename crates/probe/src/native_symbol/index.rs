//! The exported symbols of a library by their address: all at once for libraries in which much is looked up, else one.

use crate::elf::{DT_GNU_HASH, DT_HASH, DT_NULL, DT_STRTAB, DT_SYMTAB, Dynamic, Symbol};
use std::collections::HashMap;
use std::ffi::CStr;
use std::ops::Range;

/// What an address of a library is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: Box<str>,
    /// `STT_...`
    pub(super) kind: u8,
}

impl Named {
    /// # Safety
    /// The name is a C string.
    unsafe fn new(symbol: &Symbol, name: *const libc::c_char) -> Named {
        // SAFETY: the caller's duty.
        let name = unsafe { CStr::from_ptr(name) };
        Named { name: name.to_string_lossy().into(), kind: symbol.kind() }
    }
}

/// Symbols by address. Of several at one address it is the one that `dladdr` takes: the first one.
pub(super) type Index = HashMap<usize, Named>;

/// The parts of a library that its dynamic section tells of.
#[derive(Default)]
struct Parts {
    symbols: usize,
    names: usize,
    gnu_hash: usize,
    hash: usize,
}

/// The index of a library, as far as its tables can be read.
///
/// # Safety
/// It is loaded at `base` with this dynamic section, and stays so meanwhile.
pub(super) unsafe fn of_library(base: usize, dynamic: usize) -> Index {
    let mut index = Index::new();
    // SAFETY: the caller's duty.
    unsafe {
        for_each_symbol(base, dynamic, |address, symbol, name| {
            index.entry(address).or_insert_with(|| Named::new(symbol, name));
        });
    }
    index
}

/// What the index of the library would have at this address, without an index.
///
/// # Safety
/// As for [`of_library`].
pub(super) unsafe fn find(base: usize, dynamic: usize, wanted: usize) -> Option<Named> {
    let mut found = None;
    // SAFETY: the caller's duty.
    unsafe {
        for_each_symbol(base, dynamic, |address, symbol, name| {
            if address == wanted && found.is_none() {
                found = Some(Named::new(symbol, name));
            }
        });
    }
    found
}

/// Visits the symbols that have an address, with that and their name, a C string.
///
/// # Safety
/// As for [`of_library`].
unsafe fn for_each_symbol(
    base: usize,
    dynamic: usize,
    mut visit: impl FnMut(usize, &Symbol, *const libc::c_char),
) {
    // SAFETY: the caller's duty.
    let parts = unsafe { parts(base, dynamic) };
    if parts.symbols == 0 || parts.names == 0 {
        return;
    }
    // SAFETY: as above; the hash table says which symbols there are, and these where their names begin.
    unsafe {
        for_each_range(&parts, |range| {
            for number in range {
                let symbol = &*(parts.symbols as *const Symbol).add(number);
                if symbol.has_address() {
                    let name = (parts.names as *const libc::c_char).add(symbol.name as usize);
                    visit(base.wrapping_add(symbol.value as usize), symbol, name);
                }
            }
        });
    }
}

/// # Safety
/// As for [`of_library`].
unsafe fn parts(base: usize, dynamic: usize) -> Parts {
    let mut parts = Parts::default();
    let mut entry = dynamic as *const Dynamic;
    loop {
        // SAFETY: the section goes on up to the entry NULL.
        let Dynamic { tag, value } = unsafe { entry.read() };
        // The dynamic linker has put addresses in place, but not in what the kernel loads.
        let address = if value < base { base + value } else { value };
        match tag {
            DT_NULL => return parts,
            DT_HASH => parts.hash = address,
            DT_STRTAB => parts.names = address,
            DT_SYMTAB => parts.symbols = address,
            DT_GNU_HASH => parts.gnu_hash = address,
            _ => {}
        }
        // SAFETY: as above.
        entry = unsafe { entry.add(1) };
    }
}

/// Visits the numbers of all symbols that can be looked up, in the order in which the dynamic linker does.
///
/// # Safety
/// The parts are those of a library that is loaded.
unsafe fn for_each_range(parts: &Parts, mut visit: impl FnMut(Range<usize>)) {
    // SAFETY: the layout of both tables is the ABI's: buckets with the first symbol of each chain, then a word for each symbol,
    // odd at the end of a chain; or how many buckets and symbols there are.
    unsafe {
        if parts.gnu_hash != 0 {
            let table = parts.gnu_hash as *const u32;
            let [buckets, first, bloom_words] = [0, 1, 2].map(|word| *table.add(word) as usize);
            // The filter between has words of 8 bytes.
            let bucket = table.add(4 + 2 * bloom_words);
            let chain = bucket.add(buckets);
            for begin in
                (0..buckets).map(|number| *bucket.add(number) as usize).filter(|&begin| begin >= first)
            {
                let mut end = begin;
                while *chain.add(end - first) & 1 == 0 {
                    end += 1;
                }
                visit(begin..end + 1);
            }
        } else if parts.hash != 0 {
            visit(0..*(parts.hash as *const u32).add(1) as usize);
        }
    }
}
