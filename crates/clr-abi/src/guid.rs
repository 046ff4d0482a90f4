//! GUIDs in the layout of the Windows headers.

use core::fmt;

/// A class or interface identifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Guid {
    data1: u32,
    data2: u16,
    data3: u16,
    data4: [u8; 8],
}

impl Guid {
    /// A GUID from its four fields, as `DEFINE_GUID` takes them.
    pub const fn new(data1: u32, data2: u16, data3: u16, data4: [u8; 8]) -> Guid {
        Guid { data1, data2, data3, data4 }
    }

    /// A GUID from the number that its digits make, read from left to right.
    pub const fn from_u128(digits: u128) -> Guid {
        Guid {
            data1: (digits >> 96) as u32,
            data2: (digits >> 80) as u16,
            data3: (digits >> 64) as u16,
            data4: (digits as u64).to_be_bytes(),
        }
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, tail @ ..] = self.data4;
        write!(f, "{:08X}-{:04X}-{:04X}-{a:02X}{b:02X}-", self.data1, self.data2, self.data3)?;
        tail.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn prints_as_the_registry_does_and_has_the_headers_layout() {
        let guid = Guid::new(0x28B5557D, 0x3F3F, 0x48B4, [0x90, 0xB2, 0x5F, 0x9E, 0xEA, 0x2F, 0x6C, 0x48]);
        assert_eq!(guid.to_string(), "28B5557D-3F3F-48B4-90B2-5F9EEA2F6C48");
        assert_eq!((size_of::<Guid>(), align_of::<Guid>()), (16, 4));
        assert_eq!(guid, Guid::from_u128(0x28B5557D_3F3F_48B4_90B2_5F9EEA2F6C48));
    }
}
