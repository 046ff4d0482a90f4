//! How C spells the metadata's types.
//!
//! The metadata knows numbers by their size only (`DWORD`, `ULONG` and `LCID` are all `u32`), so a name of the
//! documentation is given back where hosts write it. A wrong name cannot slip through: the tests compare every
//! parameter with the contract's table.

use windows_metadata::Type;

use crate::{Failure, choice};

/// Which parameter or field is spelled.
pub struct Place<'a> {
    /// An interface, structure or callback.
    pub owner: &'a str,
    /// A method or field.
    pub member: &'a str,
    /// A parameter, if any.
    pub item: &'a str,
}

/// The type in front of a name: `"DWORD "` or `"IHostTask **"`.
pub fn spell(ty: &Type, constant: bool, place: &Place<'_>) -> Result<String, Failure> {
    if let Some(name) = documented(place) {
        return Ok(name.to_string());
    }
    let (inner, stars) = match ty {
        Type::PtrMut(inner, stars) => (inner.as_ref(), *stars),
        Type::PtrConst(inner, stars) => return spell(&Type::PtrMut(inner.clone(), *stars), true, place),
        plain => (plain, 0),
    };
    if let Type::Name(name) = inner
        && name.name == "Guid"
    {
        return match (constant, stars, place.item) {
            (true, 1, "rclsid" | "clsid") => Ok("REFCLSID ".into()),
            (true, 1, item) if item.contains("riid") => Ok("REFIID ".into()),
            (true, 1, _) => Ok("const GUID *".into()),
            _ => Err(unknown(ty, place)),
        };
    }
    let (word, string) = word(inner, constant).ok_or_else(|| unknown(ty, place))?;
    let (word, stars) = interface_pointer(inner, word, stars);
    // A constant string is so by its own name.
    let constant = if constant && stars > 0 && !string { "const " } else { "" };
    Ok(format!("{constant}{word} {}", "*".repeat(stars)))
}

/// The type of an array's elements, and the bounds behind its name.
pub fn array<'a>(ty: &'a Type, place: &Place<'_>) -> (&'a Type, String) {
    match ty {
        // Two dimensions, which the metadata made one.
        Type::ArrayFixed(element, _) if place.member == "pszParams" => {
            (element, "[BucketParamsCount][BucketParamLength]".into())
        }
        Type::ArrayFixed(element, _) if place.member == "pszEventTypeName" => {
            (element, "[BucketParamLength]".into())
        }
        Type::ArrayFixed(element, length) => (element, format!("[{length}]")),
        plain => (plain, String::new()),
    }
}

/// Names that the metadata dropped.
fn documented(place: &Place<'_>) -> Option<&'static str> {
    Some(match (place.owner, place.member, place.item) {
        ("ICLRDebugManager", _, "dwConnectionId" | "id") => "CONNID ",
        ("ICLRTask", "SetTaskIdentifier", "asked") => "TASKID ",
        ("IHostMalloc", "DebugAlloc", "pszFileName") => "char *",
        ("IStream", "Seek", "dlibMove") => "LARGE_INTEGER ",
        ("IStream", "Seek", "plibNewPosition") => "ULARGE_INTEGER *",
        ("IStream", "CopyTo", "pcbRead" | "pcbWritten") => "ULARGE_INTEGER *",
        ("IStream", _, "libNewSize" | "cb" | "libOffset") => "ULARGE_INTEGER ",
        ("IStream", _, "grfCommitFlags" | "dwLockType" | "dwOrigin" | "grfStatFlag") => "DWORD ",
        (_, _, "lcid") => "LCID ",
        _ => return None,
    })
}

/// A type without its stars, and whether it is a string.
fn word(ty: &Type, constant: bool) -> Option<(String, bool)> {
    let plain = match ty {
        Type::Void => "void",
        Type::U8 => "BYTE",
        Type::Char => "WCHAR",
        Type::U16 => "WORD",
        Type::I32 => "int",
        Type::U32 => "DWORD",
        Type::U64 => "UINT64",
        Type::USize => "SIZE_T",
        Type::Name(name) => match name.name.as_str() {
            "PWSTR" if constant => return Some(("LPCWSTR".into(), true)),
            "PWSTR" => return Some(("LPWSTR".into(), true)),
            "PSTR" if constant => return Some(("LPCSTR".into(), true)),
            "PSTR" => return Some(("LPSTR".into(), true)),
            unnamed if unnamed.starts_with('_') => return None,
            other => other,
        },
        _ => return None,
    };
    Some((plain.to_string(), false))
}

/// The metadata takes an interface for a pointer.
fn interface_pointer(ty: &Type, word: String, stars: usize) -> (String, usize) {
    let Type::Name(name) = ty else { return (word, stars) };
    let mut letters = name.name.chars();
    let hosting = name.namespace == choice::HOSTING || name.namespace == "Windows.Win32.System.Com";
    let named_like_one =
        letters.next() == Some('I') && letters.next().is_some_and(|second| second.is_ascii_uppercase());
    if hosting && named_like_one { (word, stars + 1) } else { (word, stars) }
}

fn unknown(ty: &Type, place: &Place<'_>) -> Failure {
    format!("no C type is known for {ty:?} of {} {} {}", place.owner, place.member, place.item)
}
