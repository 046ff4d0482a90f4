//! Function pointers made from delegates, and delegates made from function pointers.
//!
//! CoreLib's `Marshal.GetFunctionPointerForDelegate` is rewritten to pass on what the runtime gives it: native code gets a
//! thunk that leads there. The other way round, `Marshal.GetDelegateForFunctionPointer` gets back the runtime's own pointer
//! for a thunk of ours, so that a delegate keeps its identity; and a native function becomes a thunk, so that calls of the
//! delegate are seen.

use crate::admission::Bound;
use crate::bindings::{Cell, stands_in_for};
use crate::entry::{ErrnoGuard, guarded};
use crate::names::Direction;
use crate::native_symbol::{NativeSymbol, file_name, symbol_at};
use crate::probe::{Probe, lock};
use crate::thunk::Purpose;
use crate::thunk::pools::Pool;
use clrhost_abi::Hresult;
use clrhost_boundary::{TargetDescription, TargetId};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::*};

/// What was handed out for which pointer, to be read without a lock.
#[derive(Default)]
pub(crate) struct Callbacks {
    table: AtomicPtr<Table>,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    entries: usize,
    natives: HashMap<NativeDelegate, Cell>,
}

/// A delegate made from a native function, as its makers know it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct NativeDelegate {
    /// By name, as another library may be loaded later where this one is now.
    symbol: NativeSymbol,
    /// For symbols without a name; else 0.
    address: usize,
    class: usize,
    /// The target of the pointer that it was made from, where that came by a name: functions may have several.
    export: Option<TargetId>,
}

/// Open addressing; full to three quarters at most. A larger one takes its place when it has to grow, and it stays where it
/// is for those who are reading it, so all together take at most twice the memory of the last.
struct Table {
    places: Box<[Place]>,
}

/// Stands for the type of delegates that are made for native functions.
const NATIVE: usize = 0;
/// Stands for a type that was unloaded.
const NO_TYPE: usize = usize::MAX;

#[derive(Default)]
struct Place {
    /// What the runtime gave; 0 for a free place.
    pointer: AtomicUsize,
    /// The type of the delegate it was given for. The runtime uses memory again for other delegates.
    method_table: AtomicUsize,
    /// What native code gets.
    answer: AtomicUsize,
}

impl Table {
    /// `None` where there is no memory for it.
    fn try_new(count: usize) -> Option<&'static Table> {
        let mut places = Vec::new();
        places.try_reserve_exact(count).ok()?;
        places.resize_with(count, Place::default);
        Some(Box::leak(Box::new(Table { places: places.into_boxed_slice() })))
    }

    /// The places where a pointer may be, the likeliest first.
    fn places_for(&self, pointer: usize) -> impl Iterator<Item = &Place> {
        let mask = self.places.len() - 1;
        let first = ((pointer as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize;
        (0..self.places.len()).map(move |step| &self.places[(first + step) & mask])
    }
}

impl Callbacks {
    fn find(&self, pointer: usize, method_table: usize) -> Option<usize> {
        // SAFETY: null, or a table that is never freed.
        let table = unsafe { self.table.load(Acquire).as_ref() }?;
        for place in table.places_for(pointer) {
            match place.pointer.load(Acquire) {
                0 => return None,
                found if found == pointer => {
                    // Acquire: the answer that goes with this type is there.
                    let fits = place.method_table.load(Acquire) == method_table;
                    return fits.then(|| place.answer.load(Relaxed));
                }
                _ => {}
            }
        }
        None
    }

    /// What was handed out for a pointer, whatever the type was.
    fn answer_for(&self, pointer: usize) -> Option<usize> {
        // SAFETY: as in `find`.
        let table = unsafe { self.table.load(Acquire).as_ref() }?;
        table
            .places_for(pointer)
            .map_while(|place| Some(place).filter(|place| place.pointer.load(Acquire) != 0))
            .find(|place| place.pointer.load(Relaxed) == pointer)
            .map(|place| place.answer.load(Relaxed))
    }

    /// Only with `made` locked. False if there is no memory for it.
    fn keep(&self, made: &mut Made, pointer: usize, method_table: usize, answer: usize) -> bool {
        // SAFETY: as in `find`.
        let mut table = unsafe { self.table.load(Relaxed).as_ref() };
        let room = table.map_or(0, |table| table.places.len() / 4 * 3);
        if made.entries >= room && self.answer_for(pointer).is_none() {
            let larger = Table::try_new((2 * table.map_or(0, |table| table.places.len())).max(256));
            let Some(larger) = larger else { return false };
            for place in table.iter().flat_map(|table| table.places.iter()) {
                let kept = place.pointer.load(Relaxed);
                if kept != 0 {
                    put(larger, kept, place.method_table.load(Relaxed), place.answer.load(Relaxed));
                }
            }
            self.table.store(std::ptr::from_ref(larger).cast_mut(), Release);
            table = Some(larger);
        }
        if let Some(table) = table
            && put(table, pointer, method_table, answer)
        {
            made.entries += 1;
        }
        true
    }

    /// Method tables lose their meaning.
    pub(crate) fn forget_types(&self, gone: impl Fn(usize) -> bool) {
        let mut made = lock(&self.made);
        made.natives.retain(|made, _| !gone(made.class));
        // SAFETY: as in `find`.
        let Some(table) = (unsafe { self.table.load(Relaxed).as_ref() }) else { return };
        for place in &table.places {
            if gone(place.method_table.load(Relaxed)) {
                place.method_table.store(NO_TYPE, Relaxed);
            }
        }
    }
}

/// True if the pointer was new.
fn put(table: &Table, pointer: usize, method_table: usize, answer: usize) -> bool {
    for place in table.places_for(pointer) {
        let kept = place.pointer.load(Relaxed);
        if kept == 0 || kept == pointer {
            place.answer.store(answer, Relaxed);
            place.method_table.store(method_table, Release);
            place.pointer.store(pointer, Release);
            return kept == 0;
        }
    }
    false
}

/// What native code gets for a pointer that the runtime made for a delegate of this type; 0 if nothing was made yet. With type
/// 0 what managed code had when it made the delegate for a native function.
///
/// Called by managed code in cooperative GC mode: takes no lock, does not allocate.
pub(crate) extern "C" fn find_callback(pointer: usize, method_table: usize) -> usize {
    let probe = Probe::installed();
    probe.and_then(|probe| probe.callbacks().find(pointer, method_table)).unwrap_or(0)
}

/// Makes that. Gives the pointer back where no thunk can be had.
pub(crate) extern "C" fn make_callback(pointer: usize, method_table: usize) -> usize {
    let mut answer = pointer;
    let _ = guarded("a function pointer for a delegate", || {
        let _errno = ErrnoGuard::keep();
        if let Some(probe) = Probe::installed().filter(|_| pointer != 0) {
            answer = probe.make_callback(pointer, method_table);
        }
        Hresult::S_OK
    });
    answer
}

/// What the runtime is to make a delegate of this type from; 0 if the function is denied.
pub(crate) extern "C" fn resolve_function_pointer(pointer: usize, class: usize) -> usize {
    let mut answer = pointer;
    let _ = guarded("a delegate for a function pointer", || {
        let _errno = ErrnoGuard::keep();
        if let Some(probe) = Probe::installed().filter(|_| pointer != 0) {
            answer = probe.resolve_function_pointer(pointer, class);
        }
        Hresult::S_OK
    });
    answer
}

impl Probe {
    fn make_callback(&'static self, pointer: usize, class: usize) -> usize {
        // The thunk of a delegate that was made for a native function (.NET Core 3.1 does not tell).
        if self.bindings().thunks.thunk_at(pointer).is_some() {
            return self.callbacks().find(pointer, NATIVE).unwrap_or(pointer);
        }
        let Some((info, names)) = self.runtime() else { return pointer };
        let Some(description) = names.describe_delegate(info, class, Direction::ToManaged) else {
            return pointer;
        };
        // One target for all delegates of a type, as the transitions flag has it.
        let target = self.boundary().bind(class as u64 | 1, description);
        self.note_key(info.type_of(class), class as u64 | 1);
        // The runtime has used the memory of a delegate that is gone for another one: its thunk serves again.
        let before =
            self.callbacks().answer_for(pointer).and_then(|stub| self.bindings().thunks.thunk_at(stub));
        let taken = before.map_or_else(|| self.bindings().thunks.take(Pool::Reverse).ok(), Some);
        let Some(thunk) = taken else {
            self.note_unhooked("a delegate: no memory for a thunk".to_owned());
            return pointer;
        };
        self.lead(thunk, pointer, pointer, target, Purpose::Reverse);
        // SAFETY: the runtime gave the pointer as that of its code for a delegate.
        unsafe { self.bindings().thunks.begin_as(thunk, pointer) };
        let stub = self.bindings().thunks.stub_of(thunk);
        let mut made = lock(&self.callbacks().made);
        // Another thread may have been as far at the same time.
        if let Some(other) = self.callbacks().find(pointer, class) {
            if other != stub {
                self.bindings().thunks.give_back(thunk);
            }
            return other;
        }
        if !self.callbacks().keep(&mut made, pointer, class, stub) {
            // Each time it was asked for there would be another one.
            drop(made);
            self.bindings().thunks.give_back(thunk);
            self.note_unhooked("a delegate: no memory for a thunk".to_owned());
            return pointer;
        }
        stub
    }

    fn resolve_function_pointer(&'static self, pointer: usize, class: usize) -> usize {
        let (function, leads_to, export) = match self.bindings().thunks.thunk_at(pointer) {
            // The runtime's own pointer, from which it finds the delegate.
            Some(thunk) if thunk.is_reverse() => return thunk.address(),
            // What the pointer leads to, the delegate shall lead to.
            Some(thunk) => {
                (thunk.address(), Some(thunk.leads_to()), thunk.is_export().then(|| thunk.target_id()))
            }
            None => (pointer, None, None),
        };
        // What lies outside all libraries is code of the runtime: delegates and the like.
        let Some(symbol) = symbol_at(function).filter(|symbol| symbol.is_function) else { return pointer };
        let address = if symbol.name.is_some() { 0 } else { function };
        let delegate = NativeDelegate { symbol, address, class, export };
        let known = lock(&self.callbacks().made).natives.get(&delegate).cloned();
        let cell = match known.filter(|cell| cell.get().is_some()) {
            Some(cell) => cell,
            None => {
                let Some(mut description) = self.describe_native_delegate(&delegate, function) else {
                    return pointer;
                };
                if !self.passes_gate([&description]) {
                    return 0;
                }
                let usual = stands_in_for(&delegate.symbol, function);
                let leads_to = leads_to.unwrap_or(usual);
                description.substituted = leads_to != usual;
                let cell = lock(&self.callbacks().made).natives.entry(delegate).or_default().clone();
                cell.get_or_init(|| self.bind_native_delegate(description, pointer, leads_to));
                cell
            }
        };
        let Some(bound) = cell.get() else { return pointer };
        if let Bound::Hooked(thunk) = bound {
            // The library may have been unloaded and loaded again.
            thunk.move_to(function);
        }
        self.callers_get(bound, function).unwrap_or(0)
    }

    fn describe_native_delegate(
        &'static self,
        delegate: &NativeDelegate,
        function: usize,
    ) -> Option<TargetDescription> {
        let NativeDelegate { symbol: found, class, export, .. } = delegate;
        let class = *class;
        let (info, names) = self.runtime()?;
        let mut description = names.describe_delegate(info, class, Direction::ToNative)?;
        self.note_key(info.type_of(class), class as u64 | 1);
        let asked_for =
            export.and_then(|target| self.boundary().target(target)?.description().symbol.clone());
        description.library = file_name(&found.library);
        description.file = Some(found.library.to_string_lossy().into_owned());
        description.symbol = asked_for.or(found.name.clone());
        description.address = Some(function);
        Some(description)
    }

    fn bind_native_delegate(
        &'static self,
        description: TargetDescription,
        given: usize,
        leads_to: usize,
    ) -> Bound {
        let bound = self.bind_to(description, leads_to, Purpose::Leave, Pool::Leave);
        if let Bound::Hooked(thunk) = bound {
            let mut made = lock(&self.callbacks().made);
            // Only pointers that are the same again need it.
            let _ = self.callbacks().keep(&mut made, self.bindings().thunks.stub_of(thunk), NATIVE, given);
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_for_its_type_alone_also_when_the_table_grows() {
        let callbacks = Callbacks::default();
        assert_eq!(callbacks.find(16, 1), None);
        for pointer in (16..16 * 2000).step_by(16) {
            callbacks.keep(&mut lock(&callbacks.made), pointer, 1, pointer + 1);
        }
        for pointer in (16..16 * 2000).step_by(16) {
            assert_eq!(callbacks.find(pointer, 1), Some(pointer + 1));
            assert_eq!(callbacks.find(pointer, 2), None);
        }
        callbacks.keep(&mut lock(&callbacks.made), 32, 2, 7);
        assert_eq!((callbacks.find(32, 2), callbacks.find(32, 1)), (Some(7), None));
        assert_eq!(lock(&callbacks.made).entries, 1999);
        callbacks.forget_types(|class| class == 1);
        assert_eq!((callbacks.find(16, 1), callbacks.answer_for(16)), (None, Some(17)));
    }
}
