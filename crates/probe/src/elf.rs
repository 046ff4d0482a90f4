//! Structures of ELF as they lie in memory, for 64 bits.

/// `Elf64_Dyn`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Dynamic {
    pub(crate) tag: i64,
    pub(crate) value: usize,
}

pub(crate) const DT_NULL: i64 = 0;
pub(crate) const DT_PLTRELSZ: i64 = 2;
pub(crate) const DT_HASH: i64 = 4;
pub(crate) const DT_STRTAB: i64 = 5;
pub(crate) const DT_SYMTAB: i64 = 6;
pub(crate) const DT_RELA: i64 = 7;
pub(crate) const DT_RELASZ: i64 = 8;
pub(crate) const DT_JMPREL: i64 = 23;
pub(crate) const DT_GNU_HASH: i64 = 0x6FFF_FEF5;

/// `Elf64_Sym`.
#[repr(C)]
pub(crate) struct Symbol {
    pub(crate) name: u32,
    info: u8,
    other: u8,
    section: u16,
    pub(crate) value: u64,
    size: u64,
}

pub(crate) const STT_NOTYPE: u8 = 0;
pub(crate) const STT_FUNC: u8 = 2;
const STT_TLS: u8 = 6;
pub(crate) const STT_GNU_IFUNC: u8 = 10;

impl Symbol {
    /// `STT_...`
    pub(crate) fn kind(&self) -> u8 {
        self.info & 0xF
    }

    /// It lies in its library.
    pub(crate) fn has_address(&self) -> bool {
        const SHN_UNDEF: u16 = 0;
        const SHN_ABS: u16 = 0xFFF1;
        self.section != SHN_UNDEF && self.section != SHN_ABS && self.kind() != STT_TLS
    }
}
