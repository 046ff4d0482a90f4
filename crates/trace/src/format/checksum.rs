//! CRC-32C, by the processor's own instruction where there is one.

/// Goes on with a checksum over more bytes. Starts with 0.
pub fn crc32c(so_far: u32, bytes: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sse4.2") {
        // SAFETY: the instruction is there, as was just asked.
        return unsafe { by_instruction(so_far, bytes) };
    }
    by_table(so_far, bytes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn by_instruction(so_far: u32, bytes: &[u8]) -> u32 {
    use std::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u64};
    let (words, rest) = bytes.as_chunks::<8>();
    let wide =
        words.iter().fold(u64::from(!so_far), |crc, word| _mm_crc32_u64(crc, u64::from_le_bytes(*word)));
    // The instruction leaves the upper half empty.
    !rest.iter().fold(wide as u32, |crc, byte| _mm_crc32_u8(crc, *byte))
}

/// Eight bytes at a time, by a table for each of their places.
fn by_table(so_far: u32, bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let wide = words.iter().fold(!so_far, |crc, word| {
        let mixed = u64::from_le_bytes(*word) ^ u64::from(crc);
        mixed
            .to_le_bytes()
            .iter()
            .zip(TABLES.iter().rev())
            .fold(0, |sum, (byte, table)| sum ^ table[usize::from(*byte)])
    });
    !rest.iter().fold(wide, |crc, byte| (crc >> 8) ^ TABLES[0][usize::from(crc as u8 ^ byte)])
}

/// The polynomial of Castagnoli, lowest power in the highest bit.
const POLYNOMIAL: u32 = 0x82F6_3B78;

/// `TABLES[n][byte]`: what a byte becomes after n further bytes of zero.
static TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        let mut table = 1;
        while table < 8 {
            let before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][(before & 0xFF) as usize];
            table += 1;
        }
        byte += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of RFC 3720, appendix B.4.
    #[test]
    fn known_values_come_out() {
        let rising: Vec<u8> = (0..32).collect();
        for (bytes, expected) in [
            (&[0; 32][..], 0x8A91_36AA),
            (&[0xFF; 32][..], 0x62A8_AB43),
            (&rising[..], 0x46DD_794E),
            (b"123456789", 0xE306_9283),
        ] {
            assert_eq!(crc32c(0, bytes), expected);
            assert_eq!(by_table(0, bytes), expected);
        }
    }

    #[test]
    fn both_ways_agree_at_every_length_and_in_parts() {
        let bytes: Vec<u8> = (0..100_u32).map(|n| (n * 167 + 13) as u8).collect();
        for length in 0..bytes.len() {
            let (front, back) = bytes[..length].split_at(length / 3);
            assert_eq!(crc32c(0, &bytes[..length]), by_table(0, &bytes[..length]));
            assert_eq!(crc32c(crc32c(0, front), back), by_table(by_table(0, front), back));
        }
    }
}
