//! `ICLRHostProtectionManager`. There is no partially trusted code in .NET, so nothing can be kept from it.

use crate::entry::{check_available, methods};
use crate::object::{Singleton, unknown};
use clrhost::Hresult;
use clrhost_abi::hosting::*;

static VTBL: ICLRHostProtectionManager_Vtbl = ICLRHostProtectionManager_Vtbl {
    base__: unknown!(IID_ICLRHostProtectionManager),
    SetProtectedCategories: set_protected_categories,
    SetEagerSerializeGrantSets: set_eager_serialize_grant_sets,
};
static OBJECT: Singleton<ICLRHostProtectionManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRHostProtectionManager_Vtbl> {
    &OBJECT
}

methods! {
    // With no code to be denied anything, denying nothing is what there is.
    fn set_protected_categories(this, categories: EApiCategories) {
        check_available()?;
        match categories {
            eNoChecks => Ok(()),
            1..=0x1FF => Err(Hresult::E_NOTIMPL),
            _ => Err(Hresult::E_INVALIDARG),
        }
    }

    fn set_eager_serialize_grant_sets(this) {
        check_available()?;
        Err(Hresult::E_NOTIMPL)
    }
}
