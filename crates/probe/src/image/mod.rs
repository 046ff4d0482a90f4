//! The metadata of an assembly as it lies in memory, read by ourselves.
//!
//! Asking the runtime (`GetModuleMetaData`, and all that gives an `IMetaDataImport`, for reading too) makes it copy the
//! module's metadata into a form that can be changed, and use that form from then on. For CoreLib that adds 7 to 14 ms to a
//! start of 43 to 55 if it is for writing, up to 7 if for reading (medians on 8.0.4): more than all else that a profiler
//! without the transitions flag does. What is looked up here costs microseconds.

mod calli;
mod pinvokes;
mod tables;

use tables::{Tables, table};

/// `HasCustomAttribute` of a method, and `CustomAttributeType` of a constructor (II.24.2.6).
const ATTRIBUTE_OF_METHOD: (u32, u32) = (5, 0);
const CONSTRUCTOR_DEF: u32 = 2;
const CONSTRUCTOR_REF: u32 = 3;
/// `MemberRefParent` that is a reference to a type.
const PARENT_IS_TYPE_REF: u32 = 1;

/// The metadata of a module.
pub(crate) struct Image<'a> {
    tables: Tables<'a>,
    strings: &'a [u8],
    blobs: &'a [u8],
}

/// A method as the module defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MethodDef<'a> {
    pub(crate) token: u32,
    pub(crate) name: &'a str,
    pub(crate) attributes: u32,
    pub(crate) impl_flags: u32,
    pub(crate) signature: &'a [u8],
}

impl<'a> Image<'a> {
    /// # Safety
    /// `base` is where the runtime has loaded a module, which stays loaded for `'a`; `flat` says that the file lies there
    /// as it is, and not with its sections at their places.
    pub(crate) unsafe fn loaded_at(base: *const u8, flat: bool) -> Option<Image<'a>> {
        // SAFETY: the runtime has checked the headers of what it loaded, so all they point at is there.
        let read = |at: usize, length: usize| unsafe { std::slice::from_raw_parts(base.add(at), length) };
        let word = |at: usize| u16::from_le_bytes([read(at, 2)[0], read(at, 2)[1]]);
        let long = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| read(at, 4)[byte])) as usize;
        if base.is_null() || read(0, 2) != b"MZ" || read(long(0x3C), 4) != b"PE\0\0" {
            return None;
        }
        let file_header = long(0x3C) + 4;
        let (sections, optional) = (usize::from(word(file_header + 2)), file_header + 20);
        let directories = optional + if word(optional) == 0x20B { 112 } else { 96 };
        let section_table = optional + usize::from(word(file_header + 16));
        let place = |rva: usize| {
            if !flat {
                return Some(rva);
            }
            (0..sections).map(|index| section_table + index * 40).find_map(|header| {
                let (size, start) = (long(header + 8).max(long(header + 16)), long(header + 12));
                (start..start + size).contains(&rva).then(|| rva - start + long(header + 20))
            })
        };
        const CLI_HEADER: usize = 14;
        let cli_header = long(directories + CLI_HEADER * 8);
        if cli_header == 0 {
            return None;
        }
        let cli_header = place(cli_header)?;
        let (start, size) = (place(long(cli_header + 8))?, long(cli_header + 12));
        Image::of_metadata(read(start, size))
    }

    /// Understands a metadata root (II.24.2.1).
    fn of_metadata(metadata: &'a [u8]) -> Option<Image<'a>> {
        let long = |at: usize| {
            let bytes = metadata.get(at..at + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
        };
        if metadata.get(..4)? != b"BSJB" {
            return None;
        }
        let flags = 16 + long(12)?;
        let streams = metadata.get(flags + 2).copied()?;
        let (mut at, mut tables, mut strings, mut blobs) = (flags + 4, None, None, None);
        for _ in 0..streams {
            let (offset, size) = (long(at)?, long(at + 4)?);
            let name = metadata.get(at + 8..)?;
            let name = &name[..name.iter().position(|&byte| byte == 0)?];
            let stream = metadata.get(offset..offset.checked_add(size)?)?;
            match name {
                b"#~" => tables = Some(Tables::new(stream)?),
                b"#Strings" => strings = Some(stream),
                b"#Blob" => blobs = Some(stream),
                _ => {}
            }
            at += 8 + (name.len() + 1).next_multiple_of(4);
        }
        // Without `#~` it is metadata in the form that can be changed, which only tools write to files.
        Some(Image { tables: tables?, strings: strings?, blobs: blobs? })
    }

    fn string(&self, at: u32) -> &'a str {
        let text = self.strings.get(at as usize..).unwrap_or_default();
        let end = text.iter().position(|&byte| byte == 0).unwrap_or(0);
        std::str::from_utf8(&text[..end]).unwrap_or("")
    }

    /// Whether this string stands there; cheaper than reading what does.
    fn is_string(&self, at: u32, expected: &str) -> bool {
        let text = self.strings.get(at as usize..).unwrap_or_default();
        text.get(expected.len()) == Some(&0) && text.starts_with(expected.as_bytes())
    }

    fn blob(&self, at: u32) -> &'a [u8] {
        let blob = self.blobs.get(at as usize..).unwrap_or_default();
        let length_and_bytes = match *blob {
            [first, ..] if first & 0x80 == 0 => Some((usize::from(first), 1)),
            [first, second, ..] if first & 0x40 == 0 => {
                Some((usize::from(first & 0x3F) << 8 | usize::from(second), 2))
            }
            [first, second, third, fourth, ..] => {
                Some((u32::from_be_bytes([first & 0x1F, second, third, fourth]) as usize, 4))
            }
            _ => None,
        };
        length_and_bytes.and_then(|(length, start)| blob.get(start..start + length)).unwrap_or_default()
    }

    /// The token of a type that no other encloses.
    pub(crate) fn type_def(&self, name: &str) -> Option<u32> {
        let (namespace, name) = name.rsplit_once('.').unwrap_or(("", name));
        let row = self.find_type(table::TYPE_DEF, namespace, name)?;
        Some(token(table::TYPE_DEF, row))
    }

    /// The token of a type that this one encloses.
    pub(crate) fn nested_type(&self, outer: u32, name: &str) -> Option<u32> {
        let mut nested = 1..=self.tables.rows(table::NESTED_CLASS);
        let row = nested.find_map(|row| {
            let inner = self.tables.get(table::NESTED_CLASS, row, 0);
            let fits = self.tables.get(table::NESTED_CLASS, row, 1) == outer & 0x00FF_FFFF
                && self.is_string(self.tables.get(table::TYPE_DEF, inner, 1), name);
            fits.then_some(inner)
        })?;
        Some(token(table::TYPE_DEF, row))
    }

    /// Both tables have the name in column 1 and the namespace in column 2.
    fn find_type(&self, table: u8, namespace: &str, name: &str) -> Option<u32> {
        (1..=self.tables.rows(table)).find(|&row| {
            self.is_string(self.tables.get(table, row, 1), name)
                && self.is_string(self.tables.get(table, row, 2), namespace)
        })
    }

    /// The rows of a list that a column of the types begins (II.22.37).
    fn members(&self, type_def: u32, column: usize, members: u8) -> std::ops::Range<u32> {
        let row = type_def & 0x00FF_FFFF;
        let start = self.tables.get(table::TYPE_DEF, row, column);
        let end = if row < self.tables.rows(table::TYPE_DEF) {
            self.tables.get(table::TYPE_DEF, row + 1, column)
        } else {
            self.tables.rows(members) + 1
        };
        // A list that ends before it begins, or behind the table, is a broken assembly's.
        start..end.min(self.tables.rows(members) + 1)
    }

    /// All methods of a type that have this name.
    pub(crate) fn methods(&self, type_def: u32, name: &str) -> impl Iterator<Item = MethodDef<'a>> {
        self.members(type_def, 5, table::METHOD_DEF)
            .filter(move |&row| self.is_string(self.tables.get(table::METHOD_DEF, row, 3), name))
            .map(|row| self.method(token(table::METHOD_DEF, row)))
    }

    pub(crate) fn method(&self, method: u32) -> MethodDef<'a> {
        let get = |column| self.tables.get(table::METHOD_DEF, method & 0x00FF_FFFF, column);
        MethodDef {
            token: method,
            impl_flags: get(1),
            attributes: get(2),
            name: self.string(get(3)),
            signature: self.blob(get(4)),
        }
    }

    /// A field of a type.
    pub(crate) fn field(&self, type_def: u32, name: &str) -> Option<u32> {
        let mut fields = self.members(type_def, 4, table::FIELD);
        let row = fields.find(|&row| self.is_string(self.tables.get(table::FIELD, row, 1), name))?;
        Some(token(table::FIELD, row))
    }

    /// Signatures that stand alone, with their tokens: of locals, and of calls through pointers.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = (u32, &'a [u8])> {
        (1..=self.tables.rows(table::STAND_ALONE_SIG)).map(|row| {
            let signature = self.blob(self.tables.get(table::STAND_ALONE_SIG, row, 0));
            (token(table::STAND_ALONE_SIG, row), signature)
        })
    }

    /// True if there is code that calls through pointers to native functions: `calli` names a signature that stands alone,
    /// whose lowest four bits are the calling convention (II.23.2.3, and 9 for "unmanaged" since .NET 5).
    pub(crate) fn calls_through_pointers(&self) -> bool {
        const CONVENTION: u8 = 0xF;
        const NATIVE: [u8; 5] = [1, 2, 3, 4, 9];
        self.signatures().any(|(_, signature)| {
            signature.first().is_some_and(|first| NATIVE.contains(&(first & CONVENTION)))
        })
    }

    /// The methods that carry an attribute.
    pub(crate) fn methods_with(&self, namespace: &str, attribute: &str) -> Vec<u32> {
        let mut constructors = Vec::new();
        // A module may have several references to one type, by different ways.
        for row in 1..=self.tables.rows(table::TYPE_REF) {
            if self.is_string(self.tables.get(table::TYPE_REF, row, 1), attribute)
                && self.is_string(self.tables.get(table::TYPE_REF, row, 2), namespace)
            {
                let parent = row << 3 | PARENT_IS_TYPE_REF;
                let references = 1..=self.tables.rows(table::MEMBER_REF);
                constructors.extend(
                    references
                        .filter(|&row| self.tables.get(table::MEMBER_REF, row, 0) == parent)
                        .map(|row| row << 3 | CONSTRUCTOR_REF),
                );
            }
        }
        if let Some(row) = self.find_type(table::TYPE_DEF, namespace, attribute) {
            let methods = self.methods(token(table::TYPE_DEF, row), ".ctor");
            constructors.extend(methods.map(|method| (method.token & 0x00FF_FFFF) << 3 | CONSTRUCTOR_DEF));
        }
        if constructors.is_empty() {
            return Vec::new();
        }
        let (bits, is_method) = ATTRIBUTE_OF_METHOD;
        let mut methods: Vec<u32> = (1..=self.tables.rows(table::CUSTOM_ATTRIBUTE))
            .filter(|&row| constructors.contains(&self.tables.get(table::CUSTOM_ATTRIBUTE, row, 1)))
            .map(|row| self.tables.get(table::CUSTOM_ATTRIBUTE, row, 0))
            .filter(|owner| owner & ((1 << bits) - 1) == is_method)
            .map(|owner| token(table::METHOD_DEF, owner >> bits))
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }

    /// The type that a method belongs to.
    pub(crate) fn class_of(&self, method: u32) -> u32 {
        let (row, types) = (method & 0x00FF_FFFF, self.tables.rows(table::TYPE_DEF));
        // The last type whose methods begin at this one or before it; types without methods begin where the next one does.
        let (mut low, mut high) = (1, types + 1);
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.tables.get(table::TYPE_DEF, middle, 5) <= row { low = middle } else { high = middle }
        }
        token(table::TYPE_DEF, low)
    }

    /// `Namespace.Outer.Inner`; `None` for the module's own pseudo type.
    pub(crate) fn type_name(&self, type_def: u32) -> Option<String> {
        let mut row = type_def & 0x00FF_FFFF;
        let mut name = self.string(self.tables.get(table::TYPE_DEF, row, 1)).to_owned();
        if name.is_empty() || name == "<Module>" {
            return None;
        }
        // Metadata of a broken assembly may contain a circle of enclosing types.
        for _ in 0..64 {
            let mut nested = 1..=self.tables.rows(table::NESTED_CLASS);
            let Some(found) = nested.find(|&nested| self.tables.get(table::NESTED_CLASS, nested, 0) == row)
            else {
                break;
            };
            row = self.tables.get(table::NESTED_CLASS, found, 1);
            name = format!("{}.{name}", self.string(self.tables.get(table::TYPE_DEF, row, 1)));
        }
        let namespace = self.string(self.tables.get(table::TYPE_DEF, row, 2));
        Some(if namespace.is_empty() { name } else { format!("{namespace}.{name}") })
    }
}

fn token(table: u8, row: u32) -> u32 {
    u32::from(table) << 24 | row
}

#[cfg(test)]
mod tests;
