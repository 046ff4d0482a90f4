//! The P/Invokes that a module declares.

use super::tables::table;
use super::{ATTRIBUTE_OF_METHOD, CONSTRUCTOR_DEF, CONSTRUCTOR_REF, Image, PARENT_IS_TYPE_REF, token};

/// A P/Invoke as its declaration has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PInvoke<'a> {
    pub(crate) method: u32,
    pub(crate) symbol: &'a str,
    pub(crate) library: &'a str,
}

impl<'a> Image<'a> {
    /// All P/Invokes of the module.
    pub(crate) fn pinvokes(&self) -> impl Iterator<Item = PInvoke<'a>> {
        (1..=self.tables.rows(table::IMPL_MAP)).filter_map(|row| self.pinvoke_in(row))
    }

    /// What a method's declaration says, if it is a P/Invoke.
    pub(crate) fn pinvoke(&self, method: u32) -> Option<PInvoke<'a>> {
        self.pinvokes().find(|pinvoke| pinvoke.method == method)
    }

    fn pinvoke_in(&self, row: u32) -> Option<PInvoke<'a>> {
        let get = |column| self.tables.get(table::IMPL_MAP, row, column);
        // `MemberForwarded`: a field or, with its lowest bit, a method.
        let forwarded = get(1);
        (forwarded & 1 == 1).then(|| PInvoke {
            method: token(table::METHOD_DEF, forwarded >> 1),
            symbol: self.string(get(2)),
            library: self.string(self.tables.get(table::MODULE_REF, get(3), 0)),
        })
    }

    /// The value of an attribute that a method carries, if it does.
    pub(crate) fn attribute(&self, method: u32, namespace: &str, name: &str) -> Option<&'a [u8]> {
        let (bits, is_method) = ATTRIBUTE_OF_METHOD;
        let owner = (method & 0x00FF_FFFF) << bits | is_method;
        // The table is sorted by owner (II.22.10).
        let rows = self.tables.rows(table::CUSTOM_ATTRIBUTE);
        let owner_of = |row| self.tables.get(table::CUSTOM_ATTRIBUTE, row, 0);
        let (mut low, mut high) = (1, rows + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if owner_of(middle) < owner { low = middle + 1 } else { high = middle }
        }
        let own = (low..=rows).take_while(|&row| owner_of(row) == owner);
        own.into_iter().find_map(|row| {
            let constructor = self.tables.get(table::CUSTOM_ATTRIBUTE, row, 1);
            let is_it = self.is_constructor_of(constructor, namespace, name);
            is_it.then(|| self.blob(self.tables.get(table::CUSTOM_ATTRIBUTE, row, 2)))
        })
    }

    fn is_constructor_of(&self, constructor: u32, namespace: &str, name: &str) -> bool {
        let (row, kind) = (constructor >> 3, constructor & 7);
        let (types, row) = match kind {
            CONSTRUCTOR_REF => {
                let parent = self.tables.get(table::MEMBER_REF, row, 0);
                if parent & 7 != PARENT_IS_TYPE_REF {
                    return false;
                }
                (table::TYPE_REF, parent >> 3)
            }
            CONSTRUCTOR_DEF => (table::TYPE_DEF, self.class_of(token(table::METHOD_DEF, row)) & 0x00FF_FFFF),
            _ => return false,
        };
        self.string(self.tables.get(types, row, 1)) == name
            && self.string(self.tables.get(types, row, 2)) == namespace
    }
}
