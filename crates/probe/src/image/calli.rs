//! Calls through function pointers that keep the thread in cooperative GC mode.

use super::Image;
use super::tables::table;

/// A signature whose calling convention is named by modifiers of its result (II.23.2.3, and the runtime's
/// `docs/design/features/unmanaged-calli` of C# 9).
const UNMANAGED: u8 = 9;
const KIND: u8 = 0x0F;
const GENERIC: u8 = 0x10;
const REQUIRED_MODIFIER: u8 = 0x1F;
const OPTIONAL_MODIFIER: u8 = 0x20;

impl<'a> Image<'a> {
    /// Whether some code of the module may call function pointers with `CallConvSuppressGCTransition`.
    pub(crate) fn has_suppressed_calls(&self) -> bool {
        self.signatures().any(|(_, signature)| self.is_suppressed(signature).unwrap_or(false))
    }

    fn is_suppressed(&self, signature: &[u8]) -> Option<bool> {
        let (&first, mut rest) = signature.split_first()?;
        if first & KIND != UNMANAGED {
            return Some(false);
        }
        if first & GENERIC != 0 {
            number(&mut rest)?;
        }
        let _parameters = number(&mut rest)?;
        while let [REQUIRED_MODIFIER | OPTIONAL_MODIFIER, after @ ..] = rest {
            rest = after;
            if self.is_suppressing(number(&mut rest)?) {
                return Some(true);
            }
        }
        Some(false)
    }

    /// `TypeDefOrRef` of the modifier.
    fn is_suppressing(&self, modifier: u32) -> bool {
        const MODIFIER: (&str, &str) = ("System.Runtime.CompilerServices", "CallConvSuppressGCTransition");
        let types = match modifier & 3 {
            0 => table::TYPE_DEF,
            1 => table::TYPE_REF,
            _ => return false,
        };
        let column = |column| self.tables.get(types, modifier >> 2, column);
        // Some compilers write namespace and name into one.
        let full_name = format!("{}.{}", MODIFIER.0, MODIFIER.1);
        (self.is_string(column(1), MODIFIER.1) && self.is_string(column(2), MODIFIER.0))
            || self.is_string(column(1), &full_name)
    }
}

/// Takes off a compressed unsigned number (II.23.2).
fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (value, length) = match **bytes {
        [first, ..] if first & 0x80 == 0 => (first.into(), 1),
        [first, second, ..] if first & 0x40 == 0 => (u32::from_be_bytes([0, 0, first & 0x3F, second]), 2),
        [first, second, third, fourth, ..] => (u32::from_be_bytes([first & 0x1F, second, third, fourth]), 4),
        _ => return None,
    };
    *bytes = &bytes[length..];
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{with_file, workspace};
    use super::*;

    #[test]
    fn numbers_are_read_in_all_their_lengths() {
        for (bytes, value) in
            [(&[3][..], 3), (&[0xBF, 0xFF], 0x3FFF), (&[0xC0, 0, 0x40, 0], 0x4000), (&[0x2E, 0x57], 0x2E)]
        {
            let mut rest = bytes;
            assert_eq!(number(&mut rest), Some(value));
        }
        assert_eq!(number(&mut &[0xC0, 0][..]), None);
    }

    #[test]
    fn a_module_with_such_a_call_is_told_from_others() {
        let built = workspace().join("target/clrhost/fixtures");
        with_file(built.join("Indirect.dll"), |image| assert!(image.has_suppressed_calls()));
        with_file(built.join("Values/Values.dll"), |image| assert!(!image.has_suppressed_calls()));
    }

    /// Hosts are told of no calls through exported pointers once such a module is loaded.
    #[test]
    fn the_shared_framework_has_no_such_call() {
        let framework = super::super::tests::corelib();
        let Some(Ok(files)) = framework.parent().map(std::fs::read_dir) else { return };
        for file in files.map(|file| file.unwrap().path()) {
            // What is written in the framework's own folder and is no assembly has no metadata.
            let Ok(bytes) = std::fs::read(&file) else { continue };
            // SAFETY: the file lies there as it is, and stays for as long as the image is used.
            let image = unsafe { Image::loaded_at(bytes.as_ptr(), true) };
            assert!(!image.is_some_and(|image| image.has_suppressed_calls()), "{}", file.display());
        }
    }
}
