//! Declarations for C and C++, one item at a time.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::metadata::{Field, Guid, Interface, Signature};

/// An interface: an abstract class for C++, a structure with a table of functions for C, and macros for C where
/// `COBJMACROS` asks for them, all as Microsoft's compiler for interfaces writes them.
pub fn interface(interface: &Interface, all: &BTreeMap<String, Interface>) -> String {
    let name = &interface.name;
    let inherited = inherited(interface, all);
    // Slots 0 to 2 are IUnknown's.
    let first = 3 + inherited.len();

    let mut text = format!("#ifndef __{name}_INTERFACE_DEFINED__\n#define __{name}_INTERFACE_DEFINED__\n");
    text += &guid(&format!("IID_{name}"), interface.iid);
    text += "#ifdef __cplusplus\n";
    writeln!(text, "struct {name} : public {} {{", interface.base).expect("text takes all");
    for (n, method) in interface.methods.iter().enumerate() {
        let parameters = parameters(method, None);
        text += &wrapped(
            &format!("    virtual {} STDMETHODCALLTYPE {}(", method.answer, method.name),
            &parameters,
            &format!(") = 0; /* slot {} */", first + n),
        );
    }
    text += "};\n#else\n";
    writeln!(text, "typedef struct {name}Vtbl {{").expect("text takes all");
    writeln!(
        text,
        "    HRESULT (STDMETHODCALLTYPE *QueryInterface)({name} *This, REFIID riid, void **ppvObject);"
    )
    .expect("text takes all");
    for reference in ["AddRef", "Release"] {
        writeln!(text, "    ULONG (STDMETHODCALLTYPE *{reference})({name} *This);").expect("text takes all");
    }
    for method in inherited.iter().copied().chain(&interface.methods) {
        text += &wrapped(
            &format!("    {} (STDMETHODCALLTYPE *{})(", method.answer, method.name),
            &parameters(method, Some(name)),
            ");",
        );
    }
    writeln!(text, "}} {name}Vtbl;\nstruct {name} {{\n    const struct {name}Vtbl *lpVtbl;\n}};")
        .expect("text takes all");
    text += "#ifdef COBJMACROS\n";
    text += &macros(name, inherited.iter().copied().chain(&interface.methods));
    text += "#endif\n#endif\n#endif\n";
    text
}

/// The methods of the bases, `IUnknown`'s apart, from the first base on.
fn inherited<'a>(interface: &Interface, all: &'a BTreeMap<String, Interface>) -> Vec<&'a Signature> {
    match all.get(&interface.base) {
        Some(base) => inherited(base, all).into_iter().chain(&base.methods).collect(),
        None => Vec::new(),
    }
}

fn macros<'a>(interface: &str, methods: impl Iterator<Item = &'a Signature>) -> String {
    let mut text = format!(
        "#define {interface}_QueryInterface(This, riid, ppvObject) \
         ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))\n\
         #define {interface}_AddRef(This) ((This)->lpVtbl->AddRef(This))\n\
         #define {interface}_Release(This) ((This)->lpVtbl->Release(This))\n"
    );
    for method in methods {
        let mut names = vec!["This"];
        names.extend(method.parameters.iter().map(|(_, name)| name.as_str()));
        let names = names.join(", ");
        let method = &method.name;
        writeln!(text, "#define {interface}_{method}({names}) ((This)->lpVtbl->{method}({names}))")
            .expect("text takes all");
    }
    text
}

/// An enumeration. Values stay within `int`, which ISO C asks for.
pub fn enumeration(name: &str, values: &[(String, i32)]) -> String {
    let mut text = format!("typedef enum {name} {{\n");
    for (n, (value_name, value)) in values.iter().enumerate() {
        let value = match *value {
            i32::MIN => "(int)0x80000000".into(),
            value if value >= 16 => format!("0x{value:X}"),
            value => value.to_string(),
        };
        let comma = if n + 1 < values.len() { "," } else { "" };
        writeln!(text, "    {value_name} = {value}{comma}").expect("text takes all");
    }
    text + &format!("}} {name};\n")
}

/// A structure.
pub fn structure(name: &str, members: &[Field]) -> String {
    format!("typedef struct {name} {{\n{}}} {name};\n", fields(members, "    "))
}

fn fields(members: &[Field], indent: &str) -> String {
    let mut text = String::new();
    for member in members {
        match member {
            Field::Plain(ty, name, bounds) => {
                writeln!(text, "{indent}{ty}{name}{bounds};").expect("text takes all");
            }
            Field::Union(members) => {
                let inner = fields(members, &format!("{indent}    "));
                writeln!(text, "{indent}union {{\n{inner}{indent}}};").expect("text takes all");
            }
        }
    }
    text
}

/// The type of a pointer to a function.
pub fn callback(signature: &Signature) -> String {
    wrapped(
        &format!("typedef {} (STDMETHODCALLTYPE *{})(", signature.answer, signature.name),
        &parameters_or_void(signature),
        ");",
    )
}

/// A function that libmscoree.so exports.
pub fn function(signature: &Signature) -> String {
    wrapped(
        &format!("EXTERN_C CLRHOST_API {} STDMETHODCALLTYPE {}(", signature.answer, signature.name),
        &parameters_or_void(signature),
        ");",
    )
}

/// An identifier.
pub fn guid(name: &str, (data1, data2, data3, data4): Guid) -> String {
    let bytes: Vec<String> = data4.iter().map(|byte| format!("0x{byte:02x}")).collect();
    format!("CLRHOST_GUID({name}, 0x{data1:08x}, 0x{data2:04x}, 0x{data3:04x}, {});\n", bytes.join(", "))
}

fn parameters(method: &Signature, this: Option<&str>) -> Vec<String> {
    let this = this.map(|interface| format!("{interface} *This"));
    this.into_iter().chain(method.parameters.iter().map(|(ty, name)| format!("{ty}{name}"))).collect()
}

/// C wants to be told that there are none.
fn parameters_or_void(signature: &Signature) -> Vec<String> {
    if signature.parameters.is_empty() { vec!["void".into()] } else { parameters(signature, None) }
}

/// One line where it fits, else one for each parameter.
fn wrapped(head: &str, parameters: &[String], tail: &str) -> String {
    let line = format!("{head}{}{tail}\n", parameters.join(", "));
    if line.len() <= 120 {
        return line;
    }
    let indent = " ".repeat(head.len() - head.trim_start().len() + 4);
    format!("{head}\n{indent}{}{tail}\n", parameters.join(&format!(",\n{indent}")))
}
