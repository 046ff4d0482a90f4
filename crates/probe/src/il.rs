//! Reading the IL of a method: which calls it makes (ECMA-335 II.25.4 and III).

/// A call as it stands in IL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// `call` or `jmp` of this method token.
    Method(u32),
    /// `calli` with this signature token.
    Pointer(u32),
}

/// Bodies that are not understood: cut short, or with an instruction nobody defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The calls in a method body, header included. `callvirt` and `newobj` are left out: what they reach is never native.
pub(crate) fn calls(body: &[u8]) -> Result<Vec<Call>, Malformed> {
    let mut code = Reader(code_of(body)?);
    let mut calls = Vec::new();
    while !code.0.is_empty() {
        match code.u8()? {
            0x27 | 0x28 => calls.push(Call::Method(code.u32()?)),
            0x29 => calls.push(Call::Pointer(code.u32()?)),
            0x45 => {
                let targets = code.u32()? as usize;
                code.skip(targets.checked_mul(4).ok_or(Malformed)?)?;
            }
            0xFE => {
                let operand = long_operand(code.u8()?)?;
                code.skip(operand)?;
            }
            opcode => code.skip(operand(opcode)?)?,
        }
    }
    Ok(calls)
}

/// Bytes of the instruction that the code begins with.
pub(crate) fn length(code: &[u8]) -> Result<usize, Malformed> {
    let length = match *code {
        [0x45, a, b, c, d, ..] => {
            (u32::from_le_bytes([a, b, c, d]) as usize).checked_mul(4).ok_or(Malformed)? + 5
        }
        [0x45, ..] => return Err(Malformed),
        [0xFE, opcode, ..] => long_operand(opcode)? + 2,
        [opcode, ..] => operand(opcode)? + 1,
        [] => return Err(Malformed),
    };
    if length <= code.len() { Ok(length) } else { Err(Malformed) }
}

/// The instructions of a method body, header included, with their places in its code.
pub(crate) fn instructions(body: &[u8]) -> Result<Vec<(usize, &[u8])>, Malformed> {
    let code = code_of(body)?;
    let (mut at, mut instructions) = (0, Vec::new());
    while at < code.len() {
        let length = length(&code[at..])?;
        instructions.push((at, &code[at..at + length]));
        at += length;
    }
    Ok(instructions)
}

/// The instructions behind a tiny or fat header.
pub(crate) fn code_of(body: &[u8]) -> Result<&[u8], Malformed> {
    const TINY: u8 = 2;
    const FAT: u8 = 3;
    let first = *body.first().ok_or(Malformed)?;
    let (start, size) = match first & 3 {
        TINY => (1, usize::from(first >> 2)),
        FAT => {
            let header = usize::from(*body.get(1).ok_or(Malformed)? >> 4) * 4;
            let size = body.get(4..8).and_then(|size| size.try_into().ok()).ok_or(Malformed)?;
            (header, u32::from_le_bytes(size) as usize)
        }
        _ => return Err(Malformed),
    };
    body.get(start..start.checked_add(size).ok_or(Malformed)?).ok_or(Malformed)
}

/// Bytes of operand behind a one-byte opcode.
fn operand(opcode: u8) -> Result<usize, Malformed> {
    Ok(match opcode {
        0x0E..=0x13 | 0x1F | 0x2B..=0x37 | 0xDE => 1,
        0x20 | 0x22 | 0x27..=0x29 | 0x38..=0x44 => 4,
        0x21 | 0x23 => 8,
        0x6F..=0x75 | 0x79 | 0x7B..=0x81 | 0x8C | 0x8D | 0x8F | 0xA3..=0xA5 | 0xC2 | 0xC6 | 0xD0 | 0xDD => 4,
        0x24 | 0x77 | 0x78 | 0xA6..=0xB2 | 0xBB..=0xC1 | 0xC4 | 0xC5 | 0xC7..=0xCF | 0xE1..=0xFD | 0xFF => {
            return Err(Malformed);
        }
        _ => 0,
    })
}

/// Bytes of operand behind `0xFE` and this opcode.
fn long_operand(opcode: u8) -> Result<usize, Malformed> {
    Ok(match opcode {
        0x06 | 0x07 | 0x15 | 0x16 | 0x1C => 4,
        0x09..=0x0E => 2,
        0x12 | 0x19 => 1,
        0x00..=0x05 | 0x0F | 0x11 | 0x13 | 0x14 | 0x17 | 0x18 | 0x1A | 0x1D | 0x1E => 0,
        _ => return Err(Malformed),
    })
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn skip(&mut self, bytes: usize) -> Result<(), Malformed> {
        self.0 = self.0.get(bytes..).ok_or(Malformed)?;
        Ok(())
    }

    fn u8(&mut self) -> Result<u8, Malformed> {
        let (&first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(first)
    }

    fn u32(&mut self) -> Result<u32, Malformed> {
        let (bytes, rest) = self.0.split_first_chunk::<4>().ok_or(Malformed)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny(code: &[u8]) -> Vec<u8> {
        let mut body = vec![(code.len() as u8) << 2 | 2];
        body.extend(code);
        body
    }

    #[test]
    fn calls_are_found_among_operands_that_look_like_calls() {
        // ldc.i4 0x28282828; call 0x06000007; ldc.i8 with 0x29s; calli 0x11000001; ret
        let mut code = vec![0x20, 0x28, 0x28, 0x28, 0x28, 0x28, 7, 0, 0, 6, 0x21];
        code.extend([0x29; 8]);
        code.extend([0x29, 1, 0, 0, 0x11, 0x2A]);
        assert_eq!(calls(&tiny(&code)), Ok(vec![Call::Method(0x0600_0007), Call::Pointer(0x1100_0001)]));
    }

    #[test]
    fn switch_tables_and_prefixed_opcodes_are_stepped_over() {
        // switch with two targets, ldftn 0x06000001, volatile., jmp 0x06000002
        let code = [
            0x45, 2, 0, 0, 0, 0x28, 0x28, 0x28, 0x28, 0x28, 0x28, 0x28, 0x28, 0xFE, 0x06, 1, 0, 0, 6, 0xFE,
            0x13, 0x27, 2, 0, 0, 6,
        ];
        assert_eq!(calls(&tiny(&code)), Ok(vec![Call::Method(0x0600_0002)]));
    }

    #[test]
    fn fat_bodies_end_where_their_header_says() {
        let mut body = vec![0x03, 0x30, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x2A];
        body.extend([0x28, 1, 0, 0, 6]); // an exception table, say
        assert_eq!(calls(&body), Ok(vec![]));
    }

    #[test]
    fn cut_and_foreign_bodies_are_refused_at_every_length() {
        let whole = tiny(&[0x28, 7, 0, 0, 6, 0x2A]);
        for length in 0..whole.len() {
            assert_eq!(calls(&whole[..length]), Err(Malformed));
        }
        assert_eq!(calls(&tiny(&[0x24])), Err(Malformed));
        assert_eq!(calls(&tiny(&[0xFE, 0xFF])), Err(Malformed));
        assert_eq!(calls(&[0]), Err(Malformed));
    }
}
