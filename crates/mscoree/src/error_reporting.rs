//! `ICLRErrorReportingManager`. Watson, which it serves, is a part of Windows.

use crate::entry::{check_available, methods};
use crate::object::{Singleton, unknown};
use clrhost::Hresult;
use clrhost_abi::hosting::*;

static VTBL: ICLRErrorReportingManager_Vtbl = ICLRErrorReportingManager_Vtbl {
    base__: unknown!(IID_ICLRErrorReportingManager),
    GetBucketParametersForCurrentException: get_bucket_parameters,
    BeginCustomDump: begin_custom_dump,
    EndCustomDump: end_custom_dump,
};
static OBJECT: Singleton<ICLRErrorReportingManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRErrorReportingManager_Vtbl> {
    &OBJECT
}

methods! {
    fn get_bucket_parameters(this, parameters: *mut BucketParameters) {
        if parameters.is_null() {
            return Err(Hresult::E_POINTER);
        }
        check_available()?;
        // No exception is current on a thread that calls from native code.
        (*parameters).fInited = 0;
        Err(Hresult::E_NOTIMPL)
    }

    fn begin_custom_dump(
        this,
        _flavor: ECustomDumpFlavor,
        _count: u32,
        _items: *const CustomDumpItem,
        _reserved: u32,
    ) {
        check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    fn end_custom_dump(this) {
        check_available()?;
        Err(Hresult::E_NOTIMPL)
    }
}
