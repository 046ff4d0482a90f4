//! Puts IL of ours into a method's own IL.
//!
//! That needs no new method, so the module's metadata stay as they are; and the method has the frames, and the stack
//! traces, that it would have had. Branches get their long form, because distances grow.

use crate::il::{Malformed, code_of, length};

/// What is put where. Each piece is IL without branches out of it.
#[derive(Default)]
pub(crate) struct Additions<'a> {
    /// Runs once, first.
    pub(crate) first: &'a [u8],
    /// The clause of a protected block in that.
    pub(crate) first_clause: Option<[u32; 6]>,
    /// Runs before each `ret`, with the result on the stack.
    pub(crate) before_return: &'a [u8],
    /// Runs before the instruction at this offset, however that is reached.
    pub(crate) before: Option<(usize, &'a [u8])>,
    /// Token of locals for a method that has none of its own; 0 for none.
    pub(crate) locals: u32,
    /// Stack slots that the pieces need beside what lies there.
    pub(crate) stack: u16,
}

const RET: u8 = 0x2A;
const SWITCH: u8 = 0x45;
const JMP: u8 = 0x27;
const TAIL: [u8; 2] = [0xFE, 0x14];
const SHORT_BRANCHES: std::ops::RangeInclusive<u8> = 0x2B..=0x37;
const LONG_BRANCHES: std::ops::RangeInclusive<u8> = 0x38..=0x44;
const TO_LONG: u8 = 0x0D;
const LEAVE: u8 = 0xDD;
const LEAVE_SHORT: u8 = 0xDE;

/// The method `body`, header included, with the additions. `Malformed` too for what cannot be added to: a method that ends
/// by jumping into another.
pub(crate) fn weave(body: &[u8], additions: &Additions<'_>) -> Result<Vec<u8>, Malformed> {
    let old = code_of(body)?;
    let mut new = additions.first.to_vec();
    // By offset in the old code: where that instruction, or what was put before it, begins now.
    let mut places = vec![None; old.len() + 1];
    let mut branches = Vec::new();
    let mut at = 0;
    while at < old.len() {
        let code = &old[at..];
        let size = length(code)?;
        let next = at + size;
        places[at] = Some(new.len());
        if let Some((_, piece)) = additions.before.filter(|&(before, _)| before == at) {
            new.extend(piece);
        }
        match code[0] {
            RET => {
                new.extend(additions.before_return);
                new.push(RET);
            }
            opcode if SHORT_BRANCHES.contains(&opcode) || opcode == LEAVE_SHORT => {
                new.push(if opcode == LEAVE_SHORT { LEAVE } else { opcode + TO_LONG });
                let target = target(next, i32::from(code[1] as i8))?;
                branches.push((new.len(), new.len() + 4, target));
                new.extend([0; 4]);
            }
            opcode if LONG_BRANCHES.contains(&opcode) || opcode == LEAVE => {
                new.push(opcode);
                branches.push((new.len(), new.len() + 4, target(next, distance(&code[1..])?)?));
                new.extend([0; 4]);
            }
            SWITCH => {
                new.extend(&code[..5]);
                let end = new.len() + size - 5;
                for entry in code[5..size].chunks(4) {
                    branches.push((new.len(), end, target(next, distance(entry)?)?));
                    new.extend([0; 4]);
                }
            }
            JMP => return Err(Malformed),
            // A tail call has to stand right before its `ret`.
            _ if code.starts_with(&TAIL) && !additions.before_return.is_empty() => {}
            _ => new.extend(&code[..size]),
        }
        at = next;
    }
    places[old.len()] = Some(new.len());
    let place = |offset: usize| places.get(offset).copied().flatten().ok_or(Malformed);
    for (operand, from, target) in branches {
        let distance = place(target)? as i64 - from as i64;
        new[operand..operand + 4].copy_from_slice(&(distance as i32).to_le_bytes());
    }
    let clauses = clauses(body)?;
    let moved = clauses.iter().map(|clause| clause.moved(place));
    let clauses = additions.first_clause.map(Ok).into_iter().chain(moved).collect::<Result<Vec<_>, _>>()?;
    finish(body, new, additions, &clauses)
}

fn target(next: usize, distance: i32) -> Result<usize, Malformed> {
    usize::try_from(next as i64 + i64::from(distance)).map_err(|_| Malformed)
}

fn distance(bytes: &[u8]) -> Result<i32, Malformed> {
    Ok(i32::from_le_bytes(bytes.get(..4).and_then(|bytes| bytes.try_into().ok()).ok_or(Malformed)?))
}

/// A clause of the exception table (II.25.4.6).
struct Clause {
    flags: u32,
    block: (usize, usize),
    handler: (usize, usize),
    /// The token of the class, or where the filter begins.
    last: u32,
}

const FILTER: u32 = 1;

impl Clause {
    fn moved(&self, place: impl Fn(usize) -> Result<usize, Malformed>) -> Result<[u32; 6], Malformed> {
        let range = |(start, length): (usize, usize)| {
            let (from, to) = (place(start)?, place(start + length)?);
            Ok((from as u32, (to - from) as u32))
        };
        let (block, handler) = (range(self.block)?, range(self.handler)?);
        let last = if self.flags == FILTER { place(self.last as usize)? as u32 } else { self.last };
        Ok([self.flags, block.0, block.1, handler.0, handler.1, last])
    }
}

fn clauses(body: &[u8]) -> Result<Vec<Clause>, Malformed> {
    const FAT: u8 = 3;
    const MORE_SECTIONS: u8 = 8;
    let mut found = Vec::new();
    if body[0] & 3 != FAT || body[0] & MORE_SECTIONS == 0 {
        return Ok(found);
    }
    let number = |at: usize, size: usize| {
        let bytes = body.get(at..at + size).ok_or(Malformed)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    };
    let header = usize::from(body[1] >> 4) * 4;
    let mut at = header + code_of(body)?.len();
    loop {
        const EXCEPTION_TABLE: u32 = 1;
        const FAT_TABLE: u32 = 0x40;
        const ANOTHER: u32 = 0x80;
        at = at.next_multiple_of(4);
        let kind = number(at, 1)?;
        let fat = kind & FAT_TABLE != 0;
        let (size, clause_size) = if fat { (number(at + 1, 3)?, 24) } else { (number(at + 1, 1)?, 12) };
        // Sizes of the fields, which are the same ones.
        let widths = if fat { [4, 4, 4, 4, 4, 4] } else { [2, 2, 1, 2, 1, 4] };
        if kind & 0x3F != EXCEPTION_TABLE || size < 4 {
            return Err(Malformed);
        }
        for clause in 0..(size as usize - 4) / clause_size {
            let (mut field, mut fields) = (at + 4 + clause * clause_size, [0; 6]);
            for (value, width) in fields.iter_mut().zip(widths) {
                *value = number(field, width)?;
                field += width;
            }
            let [flags, block, block_length, handler, handler_length, last] = fields;
            found.push(Clause {
                flags,
                block: (block as usize, block_length as usize),
                handler: (handler as usize, handler_length as usize),
                last,
            });
        }
        at += size as usize;
        if kind & ANOTHER == 0 {
            return Ok(found);
        }
    }
}

/// A fat method of this code, with the locals of `body`.
fn finish(
    body: &[u8],
    code: Vec<u8>,
    additions: &Additions<'_>,
    clauses: &[[u32; 6]],
) -> Result<Vec<u8>, Malformed> {
    const FAT_HEADER: u16 = 0x3003;
    const MORE_SECTIONS: u16 = 0x8;
    const INIT_LOCALS: u16 = 0x10;
    const TINY_STACK: u16 = 8;
    let (mut flags, old_stack, mut locals) = match body[0] & 3 {
        3 => (
            u16::from(body[0]) & INIT_LOCALS,
            u16::from_le_bytes([body[2], body[3]]),
            distance(body.get(8..).ok_or(Malformed)?)? as u32,
        ),
        _ => (0, TINY_STACK, 0),
    };
    if additions.locals != 0 {
        if locals != 0 {
            return Err(Malformed);
        }
        (locals, flags) = (additions.locals, INIT_LOCALS);
    }
    let sections = if clauses.is_empty() { 0 } else { MORE_SECTIONS };
    let mut method = Vec::with_capacity(code.len() + 16 + clauses.len() * 24);
    method.extend((FAT_HEADER | flags | sections).to_le_bytes());
    method.extend(old_stack.saturating_add(additions.stack).to_le_bytes());
    method.extend((code.len() as u32).to_le_bytes());
    method.extend(locals.to_le_bytes());
    method.extend(code);
    if !clauses.is_empty() {
        const FAT_EXCEPTION_TABLE: u32 = 0x41;
        method.resize(method.len().next_multiple_of(4), 0);
        method.extend((FAT_EXCEPTION_TABLE | (clauses.len() as u32 * 24 + 4) << 8).to_le_bytes());
        clauses.iter().flatten().for_each(|word| method.extend(word.to_le_bytes()));
    }
    Ok(method)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::body::size_of_method;

    const NOP: u8 = 0;

    fn tiny(code: &[u8]) -> Vec<u8> {
        [&[(code.len() as u8) << 2 | 2], code].concat()
    }

    #[test]
    fn a_loop_to_the_start_does_not_run_the_first_piece_again() {
        // ldarg.0; brtrue.s -3; ret
        let old = tiny(&[0x02, 0x2D, 0xFD, RET]);
        let additions =
            Additions { first: &[NOP, NOP], before_return: &[NOP], stack: 2, ..Additions::default() };
        let new = weave(&old, &additions).unwrap();
        assert_eq!(new[..12], [0x03, 0x30, 10, 0, 10, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(new[12..], [NOP, NOP, 0x02, 0x3A, 0xFA, 0xFF, 0xFF, 0xFF, NOP, RET]);
        assert_eq!(size_of_method(|at| new[at]), Some(new.len()));
    }

    #[test]
    fn branches_to_where_a_piece_is_put_run_it() {
        // br.s +1; ret; ldarg.0; ret
        let old = tiny(&[0x2B, 1, RET, 0x02, RET]);
        let additions = Additions { before: Some((3, &[NOP, NOP])), ..Additions::default() };
        let new = weave(&old, &additions).unwrap();
        assert_eq!(new[12..], [0x38, 1, 0, 0, 0, RET, NOP, NOP, 0x02, RET]);
    }

    #[test]
    fn protected_blocks_and_switches_move_along() {
        // switch (+0); leave.s +3; pop; leave.s +0; ret; with a catch around the leave, small clauses
        let code = [SWITCH, 1, 0, 0, 0, 0, 0, 0, 0, LEAVE_SHORT, 3, 0x26, LEAVE_SHORT, 0, RET];
        let mut old = vec![0x1B, 0x30, 1, 0, code.len() as u8, 0, 0, 0, 5, 0, 0, 0x11];
        old.extend(code);
        old.push(0);
        old.extend([0x01, 16, 0, 0, 0, 0, 9, 0, 2, 11, 0, 3, 7, 0, 0, 1]);
        let additions = Additions { first: &[NOP], before_return: &[NOP], ..Additions::default() };
        let new = weave(&old, &additions).unwrap();
        assert_eq!(new[..12], [0x1B, 0x30, 1, 0, 23, 0, 0, 0, 5, 0, 0, 0x11]);
        let code = &new[12..35];
        assert_eq!(code[..10], [NOP, SWITCH, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(code[10..15], [LEAVE, 6, 0, 0, 0]);
        assert_eq!(code[15..], [0x26, LEAVE, 0, 0, 0, 0, NOP, RET]);
        let words: Vec<u32> =
            new[36..].chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        assert_eq!(words, [28 << 8 | 0x41, 0, 10, 5, 15, 6, 0x0100_0007]);
        assert_eq!(size_of_method(|at| new[at]), Some(new.len()));
    }

    #[test]
    fn bodies_of_corelib_are_understood() {
        let get_pointer =
            [0x4A, 2, 0x72, 0xF5, 0x12, 0, 0x70, 0x28, 0xB7, 0xA, 0, 6, 2, 0x28, 0xAE, 0x5D, 0, 6, 0x2A];
        let additions = Additions { before_return: &[NOP], locals: 0x1100_0001, ..Additions::default() };
        let new = weave(&get_pointer, &additions).unwrap();
        assert_eq!(new[..12], [0x13, 0x30, 8, 0, 19, 0, 0, 0, 1, 0, 0, 0x11]);
    }

    #[test]
    fn what_cannot_be_added_to_is_refused() {
        let additions = Additions { before_return: &[NOP], ..Additions::default() };
        assert!(weave(&tiny(&[JMP, 1, 0, 0, 6]), &additions).is_err());
        // A branch into the middle of an instruction, and out of the method.
        assert!(weave(&tiny(&[0x2B, 1, 0x20, 0, 0, 0, 0, RET]), &additions).is_err());
        assert!(weave(&tiny(&[0x2B, 100, RET]), &additions).is_err());
        // tail. call; ret
        let tail = weave(&tiny(&[0xFE, 0x14, 0x28, 1, 0, 0, 6, RET]), &additions).unwrap();
        assert_eq!(tail[12..], [0x28, 1, 0, 0, 6, NOP, RET]);
    }
}
