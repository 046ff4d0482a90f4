//! What the runtime tells when asked: `ICorProfilerInfo` behind safe methods.

use crate::image::Image;
use crate::metadata::Metadata;
use clrhost_abi::metadata::{IID_IMETADATAEMIT, IID_IMETADATAIMPORT, IMetaDataEmitVtbl, IMetaDataImportVtbl};
use clrhost_abi::profiling::{
    COR_PRF_MODULE_DYNAMIC, COR_PRF_MODULE_FLAT_LAYOUT, COR_PRF_MODULE_RESOURCE, CorPrfMethod,
    ICorProfilerInfo3Vtbl, ICorProfilerInfo6Vtbl, ICorProfilerInfo11Vtbl, ICorProfilerInfoVtbl,
    ICorProfilerMethodEnumVtbl, IID_ICORPROFILERINFO, IID_ICORPROFILERINFO3, IID_ICORPROFILERINFO6,
    IID_ICORPROFILERINFO11, IMethodMallocVtbl,
};
use clrhost_abi::{ComObject, Guid, Hresult, IUnknownVtbl};
use std::ffi::{OsStr, c_void};
use std::path::PathBuf;
use std::ptr::{self, NonNull};

/// A counted reference to an object of the runtime, seen through one of its interfaces.
pub(crate) struct Com<Vtbl: 'static>(NonNull<ComObject<Vtbl>>);

impl<Vtbl> Com<Vtbl> {
    /// Asks an object for an interface.
    ///
    /// # Safety
    /// * `object` is a COM object that is alive.
    /// * `Vtbl` is the layout of the interface `iid` names.
    pub(crate) unsafe fn query(object: *mut c_void, iid: &Guid) -> Result<Self, Hresult> {
        let mut out = ptr::null_mut();
        // SAFETY: every COM object begins with a pointer to a vtable that begins with IUnknown's.
        let hresult = unsafe {
            let vtbl = (*object.cast::<ComObject<IUnknownVtbl>>()).vtbl;
            (vtbl.query_interface)(object, iid, &mut out)
        };
        if hresult.is_failure() {
            return Err(hresult);
        }
        // SAFETY: a successful QueryInterface hands out a reference to the interface asked for.
        unsafe { Self::from_raw(out) }.ok_or(Hresult::E_POINTER)
    }

    /// Takes over a reference. `None` for null.
    ///
    /// # Safety
    /// The caller owns one reference to `object`, whose vtable has the layout `Vtbl`.
    unsafe fn from_raw(object: *mut c_void) -> Option<Self> {
        NonNull::new(object.cast()).map(Com)
    }

    /// The pointer that methods take as `this`.
    pub(crate) fn this(&self) -> *mut c_void {
        self.0.as_ptr().cast()
    }

    /// The methods.
    pub(crate) fn vtbl(&self) -> &'static Vtbl {
        // SAFETY: the reference keeps the object alive, and its vtable is part of the runtime's image.
        unsafe { self.0.as_ref().vtbl }
    }
}

impl<Vtbl> Drop for Com<Vtbl> {
    fn drop(&mut self) {
        // SAFETY: gives back the reference this value owns; slot 2 of every vtable is Release.
        unsafe {
            let vtbl = (*self.0.as_ptr().cast::<ComObject<IUnknownVtbl>>()).vtbl;
            (vtbl.release)(self.this());
        }
    }
}

/// All managed threads stand; they go on when this is dropped.
pub(crate) struct Suspended(Com<ICorProfilerInfo11Vtbl>);

impl Drop for Suspended {
    fn drop(&mut self) {
        // SAFETY: it takes nothing; whoever made this value has suspended the runtime. It fails only where nothing is suspended.
        let _ = unsafe { (self.0.vtbl().resume_runtime)(self.0.this()) };
    }
}

/// The runtime's answers to a profiler.
pub(crate) struct ProfilerInfo {
    info: Com<ICorProfilerInfoVtbl>,
}

// SAFETY: corprof.idl lets any thread call ICorProfilerInfo; the methods used here are documented as callable from any
// callback.
unsafe impl Send for ProfilerInfo {}
// SAFETY: as above.
unsafe impl Sync for ProfilerInfo {}

impl ProfilerInfo {
    /// # Safety
    /// `unknown` is the object the runtime hands to `ICorProfilerCallback::Initialize`.
    pub(crate) unsafe fn new(unknown: *mut c_void) -> Result<ProfilerInfo, Hresult> {
        // SAFETY: the caller's duty, and the layout is that of the IID.
        unsafe { Com::query(unknown, &IID_ICORPROFILERINFO) }.map(|info| ProfilerInfo { info })
    }

    /// Address of one of the runtime's own functions: tells in which image the runtime is.
    pub(crate) fn code_address(&self) -> *const c_void {
        self.info.vtbl().get_function_info as *const c_void
    }

    pub(crate) fn set_event_mask(&self, events: u32) -> Hresult {
        // SAFETY: `this` is the object the vtable belongs to.
        unsafe { (self.info.vtbl().set_event_mask)(self.info.this(), events) }
    }

    /// The runtime's id of the calling thread; `None` for a thread it does not know.
    pub(crate) fn current_thread_id(&self) -> Option<u64> {
        let mut thread = 0;
        // SAFETY: `thread` is writable.
        let hresult = unsafe { (self.info.vtbl().get_current_thread_id)(self.info.this(), &mut thread) };
        (!hresult.is_failure() && thread != 0).then_some(thread as u64)
    }

    /// Version of the runtime: major, minor, build.
    pub(crate) fn runtime_version(&self) -> Option<(u16, u16, u16)> {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        let info3 =
            unsafe { Com::<ICorProfilerInfo3Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO3) }.ok()?;
        let (mut instance, mut kind, mut length) = (0, 0, 0);
        let (mut major, mut minor, mut build, mut quick_fix) = (0, 0, 0, 0);
        // The runtime refuses to tell numbers without a buffer for their text.
        let mut text = [0u16; 64];
        // SAFETY: all out parameters are writable, and the buffer has the length given.
        let hresult = unsafe {
            (info3.vtbl().get_runtime_information)(
                info3.this(),
                &mut instance,
                &mut kind,
                &mut major,
                &mut minor,
                &mut build,
                &mut quick_fix,
                text.len() as u32,
                &mut length,
                text.as_mut_ptr(),
            )
        };
        (!hresult.is_failure()).then_some((major, minor, build))
    }

    /// Whether the runtime has `ICorProfilerInfo11`, which tells .NET Core 3.1 from those before it.
    pub(crate) fn has_info11(&self) -> bool {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        unsafe { Com::<ICorProfilerInfo11Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO11) }.is_ok()
    }

    /// Sets a variable, or takes it away, in the runtime's own copy of the environment: the one that managed code sees and
    /// that its child processes inherit.
    ///
    /// Runtimes before .NET Core 3.1 cannot do that; there the variable stays as it is.
    pub(crate) fn set_environment_variable(&self, name: &str, value: Option<&OsStr>) {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        let info11 =
            unsafe { Com::<ICorProfilerInfo11Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO11) };
        let Ok(info11) = info11 else { return };
        let utf16 = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
        // The runtime made its copy of such a value with the same replacement of what is not UTF-8.
        let (name, value) = (utf16(name), value.map(|value| utf16(&value.to_string_lossy())));
        let value = value.as_ref().map_or(ptr::null(), |value| value.as_ptr());
        // SAFETY: both texts end in NUL; a null value stands for "take it away". That it is taken away already, which is
        // the only failure, is as good.
        let _ = unsafe { (info11.vtbl().set_environment_variable)(info11.this(), name.as_ptr(), value) };
    }

    /// An address of the runtime's code.
    pub(crate) fn code(&self) -> usize {
        self.info.vtbl().get_function_info as *const () as usize
    }

    /// Stops all managed threads until what it returns is dropped. Not on a thread that runs managed code. Runtimes before .NET Core 3.1
    /// cannot.
    pub(crate) fn suspend(&self) -> Result<Suspended, Hresult> {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        let info11 =
            unsafe { Com::<ICorProfilerInfo11Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO11) }?;
        // SAFETY: it takes nothing.
        let suspended = unsafe { (info11.vtbl().suspend_runtime)(info11.this()) };
        if suspended.is_failure() { Err(suspended) } else { Ok(Suspended(info11)) }
    }

    /// The module that holds a function.
    pub(crate) fn module_of(&self, function: usize) -> Option<usize> {
        let (mut class, mut module, mut token) = (0, 0, 0);
        // SAFETY: all out parameters are writable.
        let hresult = unsafe {
            (self.info.vtbl().get_function_info)(
                self.info.this(),
                function,
                &mut class,
                &mut module,
                &mut token,
            )
        };
        (!hresult.is_failure() && module != 0).then_some(module)
    }

    /// The file a module was loaded from.
    pub(crate) fn module_path(&self, module: usize) -> Option<PathBuf> {
        let (mut base, mut assembly) = (ptr::null(), 0);
        read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; the other out parameters are writable.
            unsafe {
                let get = self.info.vtbl().get_module_info;
                get(self.info.this(), module, &mut base, capacity, length, buffer, &mut assembly)
            }
        })
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
    }

    /// Where and how a module is loaded.
    pub(crate) fn loaded_module(&self, module: usize) -> Option<LoadedModule> {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        let info3 =
            unsafe { Com::<ICorProfilerInfo3Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO3) }.ok()?;
        let (mut base, mut assembly, mut flags) = (ptr::null(), 0, 0);
        let path = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; the other out parameters are writable.
            unsafe {
                let get = info3.vtbl().get_module_info2;
                get(info3.this(), module, &mut base, capacity, length, buffer, &mut assembly, &mut flags)
            }
        })?;
        Some(LoadedModule { path: PathBuf::from(path), base, flags })
    }

    /// The metadata of a function's module, and the function's token in it.
    pub(crate) fn method_metadata(&self, function: usize) -> Option<(Metadata, u32)> {
        let (mut import, mut token) = (ptr::null_mut(), 0);
        // SAFETY: both out parameters are writable.
        let hresult = unsafe {
            (self.info.vtbl().get_token_and_metadata_from_function)(
                self.info.this(),
                function,
                &IID_IMETADATAIMPORT,
                &mut import,
                &mut token,
            )
        };
        if hresult.is_failure() {
            return None;
        }
        // SAFETY: on success the runtime hands out a reference to the interface asked for.
        let import = unsafe { Com::from_raw(import) }?;
        Some((Metadata::new(import), token))
    }

    /// The metadata of a module; `None` for modules without, such as resources.
    pub(crate) fn module_metadata(&self, module: usize) -> Option<Metadata> {
        const OF_READ: u32 = 0;
        let mut import = ptr::null_mut();
        // SAFETY: the out parameter is writable.
        let hresult = unsafe {
            let get = self.info.vtbl().get_module_metadata;
            get(self.info.this(), module, OF_READ, &IID_IMETADATAIMPORT, &mut import)
        };
        // S_FALSE says that the module has no metadata.
        if !hresult.is_s_ok() {
            return None;
        }
        // SAFETY: on success the runtime hands out a reference to the interface asked for.
        unsafe { Com::from_raw(import) }.map(Metadata::new)
    }

    /// The IL of a method, header included; `None` for methods without.
    pub(crate) fn il_body(&self, module: usize, method: u32) -> Option<Vec<u8>> {
        let (mut header, mut size) = (ptr::null(), 0);
        // SAFETY: both out parameters are writable.
        let hresult = unsafe {
            let get = self.info.vtbl().get_il_function_body;
            get(self.info.this(), module, method, &mut header, &mut size)
        };
        if hresult.is_failure() || header.is_null() {
            return None;
        }
        // SAFETY: on success the module owns `size` bytes there for as long as it is loaded; they are copied here.
        Some(unsafe { std::slice::from_raw_parts(header, size as usize) }.to_vec())
    }

    /// Interfaces to read and to change a module's metadata.
    pub(crate) fn module_editor(
        &self,
        module: usize,
    ) -> Option<(Com<IMetaDataImportVtbl>, Com<IMetaDataEmitVtbl>)> {
        const OF_WRITE: u32 = 1;
        let mut import = ptr::null_mut();
        // SAFETY: the out parameter is writable.
        let hresult = unsafe {
            let get = self.info.vtbl().get_module_metadata;
            get(self.info.this(), module, OF_WRITE, &IID_IMETADATAIMPORT, &mut import)
        };
        if !hresult.is_s_ok() {
            return None;
        }
        // SAFETY: on success the runtime hands out a reference to the interface asked for, which answers QueryInterface.
        unsafe {
            let import: Com<IMetaDataImportVtbl> = Com::from_raw(import)?;
            let emit = Com::query(import.this(), &IID_IMETADATAEMIT).ok()?;
            Some((import, emit))
        }
    }

    /// Where the IL of a method lies, header first.
    pub(crate) fn il_method(&self, module: usize, method: u32) -> Option<*const u8> {
        let (mut header, mut size) = (ptr::null(), 0);
        // SAFETY: both out parameters are writable.
        let hresult = unsafe {
            let get = self.info.vtbl().get_il_function_body;
            get(self.info.this(), module, method, &mut header, &mut size)
        };
        (!hresult.is_failure() && !header.is_null()).then_some(header)
    }

    /// Gives a method another IL. To be called before the method is first compiled.
    pub(crate) fn set_il_method(&self, module: usize, method: u32, il: &[u8]) -> Result<(), Hresult> {
        let mut allocator = ptr::null_mut();
        // SAFETY: the out parameter is writable.
        let hresult = unsafe {
            (self.info.vtbl().get_il_function_body_allocator)(self.info.this(), module, &mut allocator)
        };
        if hresult.is_failure() {
            return Err(hresult);
        }
        // SAFETY: on success the runtime hands out a reference to the allocator of this module.
        let allocator: Com<IMethodMallocVtbl> =
            unsafe { Com::from_raw(allocator) }.ok_or(Hresult::E_POINTER)?;
        // SAFETY: takes a size.
        let memory = unsafe { (allocator.vtbl().alloc)(allocator.this(), il.len() as u32) }.cast::<u8>();
        if memory.is_null() {
            return Err(Hresult::E_OUTOFMEMORY);
        }
        // SAFETY: the memory is as long as asked for and nobody else's; the runtime takes it over.
        let hresult = unsafe {
            ptr::copy_nonoverlapping(il.as_ptr(), memory, il.len());
            (self.info.vtbl().set_il_function_body)(self.info.this(), module, method, memory)
        };
        if hresult.is_failure() { Err(hresult) } else { Ok(()) }
    }

    /// The FunctionID of a method. `None` on a thread of the runtime's that is not in a callback of the profiler's: there it
    /// does not answer.
    pub(crate) fn function_of(&self, module: usize, method: u32) -> Option<usize> {
        let mut function = 0;
        // SAFETY: the out parameter is writable.
        let hresult = unsafe {
            let get = self.info.vtbl().get_function_from_token;
            get(self.info.this(), module, method, &mut function)
        };
        (!hresult.is_failure() && function != 0).then_some(function)
    }

    /// Module and token of a type.
    pub(crate) fn type_of(&self, class: usize) -> Option<(usize, u32)> {
        let (mut module, mut token) = (0, 0);
        // SAFETY: both out parameters are writable.
        let hresult =
            unsafe { (self.info.vtbl().get_class_id_info)(self.info.this(), class, &mut module, &mut token) };
        (!hresult.is_failure() && module != 0 && token & 0x00FF_FFFF != 0).then_some((module, token))
    }

    /// The function whose code holds this address. `None` where no managed code lies, and on threads of the runtime's, which
    /// must not ask.
    pub(crate) fn function_at(&self, address: usize) -> Option<usize> {
        let mut function = 0;
        // SAFETY: the address is only looked up, and the out parameter is writable.
        let hresult = unsafe {
            (self.info.vtbl().get_function_from_ip)(self.info.this(), address as *const u8, &mut function)
        };
        (!hresult.is_failure() && function != 0).then_some(function)
    }

    /// Module and token of a function.
    pub(crate) fn method_of(&self, function: usize) -> Option<(usize, u32)> {
        let (mut class, mut module, mut token) = (0, 0, 0);
        // SAFETY: all out parameters are writable.
        let hresult = unsafe {
            let get = self.info.vtbl().get_function_info;
            get(self.info.this(), function, &mut class, &mut module, &mut token)
        };
        (!hresult.is_failure() && module != 0).then_some((module, token))
    }

    /// Precompiled methods of `inliners` into which this method of `module` was inlined.
    pub(crate) fn inliners(&self, inliners: usize, module: usize, method: u32) -> Vec<(usize, u32)> {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        let info6 = unsafe { Com::<ICorProfilerInfo6Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO6) };
        let Ok(info6) = info6 else { return Vec::new() };
        let (mut incomplete, mut methods) = (0, ptr::null_mut());
        // SAFETY: both out parameters are writable.
        let hresult = unsafe {
            let list = info6.vtbl().enum_ngen_module_methods_inlining_this_method;
            list(info6.this(), inliners, module, method, &mut incomplete, &mut methods)
        };
        if hresult.is_failure() {
            return Vec::new();
        }
        // SAFETY: on success the runtime hands out a reference to an enumeration.
        let Some(methods) = (unsafe { Com::<ICorProfilerMethodEnumVtbl>::from_raw(methods) }) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        loop {
            let (mut chunk, mut count) = ([CorPrfMethod::default(); 64], 0);
            // SAFETY: there is room for as many methods as said.
            let hresult = unsafe {
                let next = methods.vtbl().next;
                next(methods.this(), chunk.len() as u32, chunk.as_mut_ptr(), &mut count)
            };
            if hresult.is_failure() || count == 0 {
                return found;
            }
            found.extend(chunk[..count as usize].iter().map(|method| (method.module, method.method)));
        }
    }

    /// Sets both words of the event mask.
    pub(crate) fn set_event_masks(&self, events: u32, high: u32) -> Hresult {
        // SAFETY: the object answers QueryInterface, and the layout is that of the IID.
        let info6 = unsafe { Com::<ICorProfilerInfo6Vtbl>::query(self.info.this(), &IID_ICORPROFILERINFO6) };
        match info6 {
            // SAFETY: takes numbers.
            Ok(info6) => unsafe { (info6.vtbl().set_event_mask2)(info6.this(), events, high) },
            Err(hresult) => hresult,
        }
    }
}

/// Where and how a module is loaded.
pub(crate) struct LoadedModule {
    /// Empty for modules that come from no file.
    pub(crate) path: PathBuf,
    base: *const u8,
    flags: u32,
}

impl LoadedModule {
    /// The metadata as it was loaded, which the caller must not use once the module is unloaded. `None` for modules made at
    /// run time, and for resources.
    pub(crate) fn image(&self) -> Option<Image<'_>> {
        if self.flags & (COR_PRF_MODULE_DYNAMIC | COR_PRF_MODULE_RESOURCE) != 0 {
            return None;
        }
        // SAFETY: the runtime told where it has loaded the module, and how; it is used while that module loads.
        unsafe { Image::loaded_at(self.base, self.flags & COR_PRF_MODULE_FLAT_LAYOUT != 0) }
    }
}

/// Calls `read(buffer, capacity, &mut length)` as COM methods want it for text: with a buffer that is usually enough, and
/// again with the length they ask for if it was not. `None` when the call fails.
pub(crate) fn read_utf16(mut read: impl FnMut(*mut u16, u32, *mut u32) -> Hresult) -> Option<String> {
    let mut buffer = vec![0u16; 256];
    loop {
        let mut length = 0;
        let hresult = read(buffer.as_mut_ptr(), buffer.len() as u32, &mut length);
        // A name cut short is a success code, or ERROR_INSUFFICIENT_BUFFER, by the method; the length tells it always.
        if length as usize > buffer.len() {
            buffer.resize(length as usize, 0);
            continue;
        }
        if hresult.is_failure() {
            return None;
        }
        let text = &buffer[..length as usize];
        let end = text.iter().position(|&unit| unit == 0).unwrap_or(text.len());
        return Some(String::from_utf16_lossy(&text[..end]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_longer_than_the_first_buffer_is_read_whole() {
        let name: Vec<u16> = "x".repeat(1000).encode_utf16().chain([0]).collect();
        let mut calls = 0;
        let text = read_utf16(|buffer, capacity, length| {
            calls += 1;
            let copied = name.len().min(capacity as usize);
            // SAFETY: `buffer` has room for `capacity` units and `copied` is at most that; `length` is writable.
            unsafe {
                ptr::copy_nonoverlapping(name.as_ptr(), buffer, copied);
                *length = name.len() as u32;
            }
            Hresult::S_OK
        });
        assert_eq!((text.map(|text| text.len()), calls), (Some(1000), 2));
    }
}
