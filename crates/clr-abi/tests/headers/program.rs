//! Writes the C and C++ programs that say how a compiler reads the headers, and what they should print.

use std::fmt::Write;

use crate::tables::{self, rows};

const INCLUDES: &str = "#include <mscoree.h>\n#include <metahost.h>\n#include <mscoree.h>\n";

/// In C++ a pointer to a virtual function holds its place in the table, by the Itanium C++ ABI: on x86-64 the offset in
/// bytes plus one, on AArch64 the plain offset. Nothing else in C++ tells the slot without calling the method.
const CXX: &str = r#"
#include <cstdio>
#include <cstring>
#include <type_traits>

template <class Method> static unsigned slot(Method method) {
    size_t words[2];
    static_assert(sizeof method == sizeof words, "not the Itanium C++ ABI");
    std::memcpy(words, &method, sizeof words);
#if defined(__aarch64__)
    if (!(words[1] & 1)) return ~0u;
    return unsigned(words[0] / sizeof(void *));
#else
    if (!(words[0] & 1)) return ~0u;
    return unsigned((words[0] - 1) / sizeof(void *));
#endif
}
"#;

const C: &str = "
#include <stddef.h>
#include <stdio.h>
";

const PRINT_GUID: &str = r#"
static void print_guid(const char *name, const GUID *id) {
    printf("guid %s %08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X\n", name, (unsigned)id->Data1,
        (unsigned)id->Data2, (unsigned)id->Data3, (unsigned)id->Data4[0], (unsigned)id->Data4[1], (unsigned)id->Data4[2],
        (unsigned)id->Data4[3], (unsigned)id->Data4[4], (unsigned)id->Data4[5], (unsigned)id->Data4[6],
        (unsigned)id->Data4[7]);
}
"#;

pub fn cxx() -> String {
    let mut text = format!("{INCLUDES}{CXX}{PRINT_GUID}");
    let methods = rows(tables::SLOTS);
    for row in methods.iter().filter(|row| row[3] != "?") {
        let (interface, method, types) = (row[0], row[2], types(row[3]));
        writeln!(
            text,
            "static_assert(std::is_same_v<decltype(&{interface}::{method}), HRESULT (STDMETHODCALLTYPE {interface}::*)({types})>, \
             \"{interface}::{method}({types})\");"
        )
        .expect("text takes all");
    }
    for row in rows(tables::IIDS) {
        let (interface, base) = (row[0], row[2]);
        writeln!(text, "static_assert(std::is_base_of_v<{base}, {interface}> && std::is_abstract_v<{interface}> && sizeof({interface}) == sizeof(void *), \"{interface}\");")
            .expect("text takes all");
    }
    text += FUNCTIONS;
    text += "int main() {\n";
    for row in &methods {
        let (interface, method) = (row[0], row[2]);
        writeln!(text, "std::printf(\"slot {interface} {method} %u\\n\", slot(&{interface}::{method}));")
            .expect("text takes all");
    }
    text + &common() + "return 0;\n}\n"
}

/// The flat entry points, called with exactly the contract's parameters.
const FUNCTIONS: &str = "
static_assert(std::is_same_v<decltype(&CLRCreateInstance), HRESULT (*)(REFCLSID, REFIID, LPVOID *)>);
static_assert(std::is_same_v<decltype(&CorBindToRuntimeEx),
    HRESULT (*)(LPCWSTR, LPCWSTR, DWORD, REFCLSID, REFIID, LPVOID *)>);
static_assert(std::is_same_v<decltype(&CorBindToRuntimeHost),
    HRESULT (*)(LPCWSTR, LPCWSTR, LPCWSTR, VOID *, DWORD, REFCLSID, REFIID, LPVOID *)>);
static_assert(std::is_same_v<decltype(&GetCORVersion), HRESULT (*)(LPWSTR, DWORD, DWORD *)>);
static_assert(std::is_same_v<decltype(&GetCORSystemDirectory), HRESULT (*)(LPWSTR, DWORD, DWORD *)>);
static_assert(std::is_same_v<FExecuteInAppDomainCallback, HRESULT (*)(void *)>);
static_assert(std::is_same_v<FLockClrVersionCallback, HRESULT (*)()>);
static_assert(std::is_same_v<RuntimeLoadedCallbackFnPtr,
    void (*)(ICLRRuntimeInfo *, CallbackThreadSetFnPtr, CallbackThreadUnsetFnPtr)>);
static_assert(std::is_same_v<LPTHREAD_START_ROUTINE, DWORD (*)(LPVOID)>);
static_assert(std::is_same_v<DWORD, ULONG>);
";

pub fn c() -> String {
    let mut text = format!("{INCLUDES}{C}{PRINT_GUID}int main(void) {{\n");
    for row in rows(tables::SLOTS) {
        let (interface, method) = (row[0], row[2]);
        writeln!(text, "printf(\"slot {interface} {method} %u\\n\", (unsigned)(offsetof({interface}Vtbl, {method}) / sizeof(void *)));")
            .expect("text takes all");
    }
    // The table ends where the contract's ends.
    for (interface, last) in last_slots() {
        writeln!(text, "if (sizeof({interface}Vtbl) / sizeof(void *) != {last} + 1) printf(\"{interface} goes beyond slot {last}\\n\");")
            .expect("text takes all");
    }
    text + &common() + "return 0;\n}\n"
}

/// What both languages print.
fn common() -> String {
    let mut text = String::new();
    for row in rows(tables::IIDS) {
        writeln!(text, "print_guid(\"IID_{0}\", &IID_{0});", row[0]).expect("text takes all");
    }
    for row in rows(tables::CLSIDS) {
        writeln!(text, "print_guid(\"{0}\", &{0});", row[0]).expect("text takes all");
    }
    for row in rows(tables::ENUMS) {
        writeln!(text, "printf(\"enum {0} {1} %d %u\\n\", (int){1}, (unsigned)sizeof({0}));", row[0], row[1])
            .expect("text takes all");
    }
    for row in rows(tables::STRUCTS) {
        let (of, field) = (row[0], row[1]);
        let value = if field == "-" { format!("sizeof({of})") } else { format!("offsetof({of}, {field})") };
        writeln!(text, "printf(\"struct {of} {field} %u\\n\", (unsigned){value});").expect("text takes all");
    }
    text
}

/// What a program prints when the headers are right.
pub fn expected() -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(rows(tables::SLOTS).iter().map(|row| format!("slot {} {} {}", row[0], row[2], row[1])));
    lines.extend(rows(tables::IIDS).iter().map(|row| format!("guid IID_{} {}", row[0], row[1])));
    lines.extend(rows(tables::CLSIDS).iter().map(|row| format!("guid {} {}", row[0], row[1])));
    lines.extend(
        rows(tables::ENUMS)
            .iter()
            .map(|row| format!("enum {} {} {} 4", row[0], row[1], tables::number(row[2]))),
    );
    lines.extend(rows(tables::STRUCTS).iter().map(|row| format!("struct {} {} {}", row[0], row[1], row[2])));
    lines
}

/// The last slot of each interface that has methods of its own.
fn last_slots() -> Vec<(&'static str, u32)> {
    let mut last: Vec<(&str, u32)> = Vec::new();
    for row in rows(tables::SLOTS) {
        let slot = row[1].parse().expect("a slot is a number");
        match last.iter_mut().find(|(interface, _)| *interface == row[0]) {
            Some(entry) => entry.1 = entry.1.max(slot),
            None => last.push((row[0], slot)),
        }
    }
    last
}

/// The parameters' types alone; the last word of each is its name.
fn types(parameters: &str) -> String {
    let types = parameters.split(';').map(str::trim).filter(|parameter| !parameter.is_empty());
    let types = types.map(|parameter| parameter.rsplit_once(' ').expect("a type and a name").0);
    types.collect::<Vec<_>>().join(", ")
}
