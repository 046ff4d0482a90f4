//! Tells what kind of executable file some bytes are, and whether .NET can run them.
//!
//! A small reader of PE headers (ECMA-335 II.25) that trusts nothing: every offset is checked, any input gives an answer.
//! It does not verify metadata; the runtime does.

/// What the bytes of a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// A PE file with a CLI header and metadata: something .NET can load.
    Assembly {
        /// True where it has a `Main`, so that it can be run and not only loaded.
        has_entry_point: bool,
    },
    /// A PE file without a CLI header: a native Windows program or library.
    NativePe,
    /// A PE file whose headers lead nowhere, cut off or damaged.
    DamagedPe,
    /// A Linux program or library.
    Elf,
    /// A macOS program or library.
    MachO,
    /// A file of no bytes.
    Empty,
    /// Something else.
    Unknown,
}

/// Reads the headers in `bytes`, the whole contents of a file.
pub fn classify(bytes: &[u8]) -> Image {
    match bytes {
        [] => Image::Empty,
        [0x7f, b'E', b'L', b'F', ..] => Image::Elf,
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..]
        | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..]
        | [0xca, 0xfe, 0xba, 0xbe, ..] => Image::MachO,
        [b'M', b'Z', ..] => classify_pe(bytes).unwrap_or(Image::DamagedPe),
        _ => Image::Unknown,
    }
}

/// `None` where a header lies outside of the file.
fn classify_pe(bytes: &[u8]) -> Option<Image> {
    let signature = u32_at(bytes, 0x3c)? as usize;
    if bytes.get(signature..signature.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let coff = signature.checked_add(4)?;
    let section_count = u16_at(bytes, coff.checked_add(2)?)? as usize;
    let optional_size = u16_at(bytes, coff.checked_add(16)?)? as usize;
    let optional = coff.checked_add(20)?;
    // The number of data directories, and after it the directories: at 92 in PE32, at 108 in PE32+.
    let counter = match u16_at(bytes, optional)? {
        0x10b => optional.checked_add(92)?,
        0x20b => optional.checked_add(108)?,
        _ => return None,
    };
    const CLI_HEADER: usize = 14;
    if (u32_at(bytes, counter)? as usize) <= CLI_HEADER {
        return Some(Image::NativePe);
    }
    let directory = counter.checked_add(4 + CLI_HEADER * 8)?;
    let cli_rva = u32_at(bytes, directory)?;
    if cli_rva == 0 {
        return Some(Image::NativePe);
    }
    let sections = Sections { bytes, at: optional.checked_add(optional_size)?, count: section_count };
    let cli = sections.file_offset(cli_rva)?;
    let metadata = sections.file_offset(u32_at(bytes, cli.checked_add(8)?)?)?;
    let metadata_size = u32_at(bytes, cli.checked_add(12)?)? as usize;
    if bytes.get(metadata..metadata.checked_add(metadata_size)?)?.get(..4)? != b"BSJB" {
        return None;
    }
    // The token is 0 in a library. With the flag NATIVE_ENTRYPOINT it is an address, which counts as well.
    let entry_point = u32_at(bytes, cli.checked_add(20)?)?;
    Some(Image::Assembly { has_entry_point: entry_point != 0 })
}

struct Sections<'a> {
    bytes: &'a [u8],
    at: usize,
    count: usize,
}

impl Sections<'_> {
    fn file_offset(&self, rva: u32) -> Option<usize> {
        for index in 0..self.count {
            let header = self.at.checked_add(index.checked_mul(40)?)?;
            let virtual_size = u32_at(self.bytes, header.checked_add(8)?)?;
            let virtual_address = u32_at(self.bytes, header.checked_add(12)?)?;
            let raw_size = u32_at(self.bytes, header.checked_add(16)?)?;
            let raw_offset = u32_at(self.bytes, header.checked_add(20)?)?;
            if let Some(inside) = rva.checked_sub(virtual_address)
                && inside < virtual_size.max(raw_size)
            {
                return (raw_offset as usize).checked_add(inside as usize);
            }
        }
        None
    }
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    let two = bytes.get(offset..offset.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let four = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn put(bytes: &mut [u8], offset: usize, value: u32) {
        bytes[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// The smallest PE32 file with the headers of an assembly; `entry_point` is its token, 0 for a library.
    pub(crate) fn assembly(entry_point: u32) -> Vec<u8> {
        let mut bytes = vec![0; 0x300];
        bytes[..2].copy_from_slice(b"MZ");
        put(&mut bytes, 0x3c, 0x80);
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes[0x86] = 1; // sections
        bytes[0x94] = 224; // size of the optional header
        bytes[0x98..0x9a].copy_from_slice(&[0x0b, 0x01]);
        put(&mut bytes, 0x98 + 92, 16);
        put(&mut bytes, 0x98 + 96 + 14 * 8, 0x2008); // CLI header
        put(&mut bytes, 0x98 + 96 + 14 * 8 + 4, 72);
        let section = 0x98 + 224;
        put(&mut bytes, section + 8, 0x100);
        put(&mut bytes, section + 12, 0x2000);
        put(&mut bytes, section + 16, 0x100);
        put(&mut bytes, section + 20, 0x200);
        put(&mut bytes, 0x208, 72);
        put(&mut bytes, 0x208 + 8, 0x2080);
        put(&mut bytes, 0x208 + 12, 0x40);
        put(&mut bytes, 0x208 + 20, entry_point);
        bytes[0x280..0x284].copy_from_slice(b"BSJB");
        bytes
    }

    #[test]
    fn assemblies_with_and_without_main() {
        assert_eq!(classify(&assembly(0x0600_0001)), Image::Assembly { has_entry_point: true });
        assert_eq!(classify(&assembly(0)), Image::Assembly { has_entry_point: false });
    }

    #[test]
    fn a_pe_file_without_cli_header_is_native() {
        let mut bytes = assembly(1);
        put(&mut bytes, 0x98 + 96 + 14 * 8, 0);
        assert_eq!(classify(&bytes), Image::NativePe);
        put(&mut bytes, 0x98 + 92, 10);
        assert_eq!(classify(&bytes), Image::NativePe);
    }

    #[test]
    fn other_formats_are_told_apart() {
        assert_eq!(classify(b""), Image::Empty);
        assert_eq!(classify(b"\x7fELF\x02"), Image::Elf);
        assert_eq!(classify(&[0xcf, 0xfa, 0xed, 0xfe]), Image::MachO);
        assert_eq!(classify(b"#!/bin/sh"), Image::Unknown);
        assert_eq!(classify(b"M"), Image::Unknown);
    }

    #[test]
    fn every_truncation_gives_an_answer_and_none_is_an_assembly_without_its_metadata() {
        let whole = assembly(1);
        for length in 0..whole.len() {
            let image = classify(&whole[..length]);
            let metadata_is_whole = length >= 0x280 + 0x40;
            assert_eq!(
                matches!(image, Image::Assembly { .. }),
                metadata_is_whole,
                "{length} bytes: {image:?}"
            );
        }
    }

    #[test]
    fn no_value_in_any_header_field_makes_it_panic() {
        let whole = assembly(1);
        for offset in 0..whole.len() - 4 {
            for value in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff] {
                let mut bytes = whole.clone();
                put(&mut bytes, offset, value);
                let _ = classify(&bytes);
            }
        }
    }
}
