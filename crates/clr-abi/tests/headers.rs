//! The headers in `include`, as C and C++ compilers read them, against the contract's tables.
//!
//! Programs are written from the tables and compiled with g++ and gcc, and with clang where it is installed, as C++17,
//! C++20 and C11, with 16-bit and with ordinary `wchar_t`. They say which slot each method has, and the test compares
//! that with the table; parameters are compared by the compiler. A compiler that is missing is a failure: without it
//! nothing would be known of the headers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

mod tables;

#[path = "headers/program.rs"]
mod program;

/// All warnings that a careful host might have on.
const STRICT: &[&str] =
    &["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wshadow", "-Wundef", "-Wredundant-decls"];

const HEADERS: &[&str] = &["clrhost_windows.h", "corerror.h", "gchost.h", "mscoree.h", "metahost.h"];

fn include() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include")
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/headers").join(name)
}

fn available(compiler: &str) -> bool {
    Command::new(compiler).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The compilers of a language; the first one has to be there.
fn compilers<'a>(required: &'a str, optional: &'a str) -> Vec<&'a str> {
    assert!(
        available(required),
        "there is no {required}: `cargo xtask test` installs it, or `apt-get install g++` on Debian"
    );
    [required, optional].into_iter().filter(|compiler| available(compiler)).collect()
}

/// Compiles and links; the name tells the outputs of concurrent tests apart.
fn compile(compiler: &str, arguments: &[&str], sources: &[&Path], name: &str) -> (PathBuf, Output) {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new(compiler);
    command.args(arguments).arg("-I").arg(include()).args(sources).arg("-o").arg(&program);
    let output = command.output().unwrap_or_else(|e| panic!("can't run {compiler}: {e}"));
    (program, output)
}

fn must_compile(compiler: &str, arguments: &[&str], sources: &[&Path], name: &str) -> PathBuf {
    let (program, output) = compile(compiler, arguments, sources, name);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} {arguments:?} {sources:?}:\n{errors}");
    program
}

fn run(program: &Path) -> String {
    let output = Command::new(program).output().unwrap_or_else(|e| panic!("can't run {program:?}: {e}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program:?} ended with {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("programs print ASCII")
}

fn written(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, text).unwrap_or_else(|e| panic!("can't write {file:?}: {e}"));
    file
}

/// Says what a program printed otherwise than the tables have it.
fn same(printed: &str, expected: &[String], what: &str) {
    let printed: BTreeSet<&str> = printed.lines().collect();
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    let ours: Vec<_> = printed.difference(&expected).collect();
    let contract: Vec<_> = expected.difference(&printed).collect();
    assert!(printed == expected, "{what}\nthe headers have: {ours:#?}\nthe contract has: {contract:#?}");
}

/// Every way to compile C++, with a name for each.
fn cxx_ways() -> Vec<(&'static str, Vec<&'static str>, String)> {
    let mut ways = Vec::new();
    for compiler in compilers("g++", "clang++") {
        for options in [&["-std=c++17"][..], &["-std=c++17", "-fshort-wchar"], &["-std=c++20"]] {
            let arguments = options.iter().chain(STRICT).copied().collect();
            ways.push((compiler, arguments, format!("{compiler}{}", options.concat())));
        }
    }
    ways
}

#[test]
fn cxx_has_the_contracts_slots_parameters_and_values() {
    let file = written("contract.cc", &program::cxx());
    for (compiler, mut arguments, name) in cxx_ways() {
        // Hosts that have it on are warned of their own classes, not of ours.
        arguments.push("-Wnon-virtual-dtor");
        let program = must_compile(compiler, &arguments, &[&file], &format!("contract-{name}"));
        same(&run(&program), &program::expected(), &name);
    }
}

#[test]
fn c_has_the_contracts_slots_and_values() {
    let file = written("contract.c", &program::c());
    for compiler in compilers("gcc", "clang") {
        let arguments: Vec<&str> = ["-std=c11", "-DCOBJMACROS"].iter().chain(STRICT).copied().collect();
        let program = must_compile(compiler, &arguments, &[&file], &format!("contract-{compiler}-c"));
        same(&run(&program), &program::expected(), compiler);
    }
}

#[test]
fn no_header_declares_an_interface_that_the_contract_lacks() {
    let contract: BTreeSet<String> =
        tables::rows(tables::IIDS).iter().map(|row| row[0].to_string()).chain(["IUnknown".into()]).collect();
    let mut declared = BTreeSet::new();
    for header in HEADERS {
        let text = fs::read_to_string(include().join(header)).expect("the header is there");
        for line in text.lines() {
            let name =
                line.strip_prefix("#define __").and_then(|rest| rest.strip_suffix("_INTERFACE_DEFINED__"));
            declared.extend(name.map(String::from));
        }
    }
    assert_eq!(declared, contract);
}

#[test]
fn a_host_that_implements_everything_compiles_and_is_called_from_c() {
    for (compiler, arguments, name) in cxx_ways() {
        let c = if compiler == "g++" { "gcc" } else { "clang" };
        let object = format!("caller-{name}.o");
        let c_arguments: Vec<&str> =
            ["-std=c11", "-DCOBJMACROS", "-c"].iter().chain(STRICT).copied().collect();
        let caller = must_compile(c, &c_arguments, &[&source("caller.c")], &object);
        let sources = [source("host.cc"), source("other.cc"), caller];
        let sources: Vec<&Path> = sources.iter().map(PathBuf::as_path).collect();
        run(&must_compile(compiler, &arguments, &sources, &format!("host-{name}")));
    }
}

#[test]
fn each_header_compiles_alone_and_twice() {
    for header in HEADERS {
        let text = format!("#include <{header}>\n#include <{header}>\nint main(void) {{ return 0; }}\n");
        let cxx = written(&format!("alone-{header}.cc"), &text);
        must_compile(compilers("g++", "clang++")[0], &["-std=c++17", "-Werror"], &[&cxx], "alone-cxx");
        let c = written(&format!("alone-{header}.c"), &text);
        must_compile(compilers("gcc", "clang")[0], &["-std=c11", "-Werror"], &[&c], "alone-c");
    }
}

#[test]
fn a_program_with_its_own_windows_types_compiles() {
    for compiler in compilers("g++", "clang++") {
        let name = format!("shim-{compiler}");
        let arguments: Vec<&str> = ["-std=c++17"].iter().chain(STRICT).copied().collect();
        run(&must_compile(compiler, &arguments, &[&source("shim.cc")], &name));
    }
}

/// Each of these would compile into a program that talks past libmscoree.so.
#[test]
fn unfit_windows_types_are_refused_with_a_reason() {
    for (define, reason) in [
        ("-DWRONG_WCHAR", "WCHAR must have 16 bits"),
        ("-DWRONG_CODES", "defines E_FAIL and its like with values that are not COM's"),
        ("-DWRONG_LONG", "must have 32 bits"),
    ] {
        let (_, output) =
            compile(compilers("g++", "clang++")[0], &["-std=c++17", define], &[&source("shim.cc")], define);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && errors.contains(reason), "{define}:\n{errors}");
    }
    #[cfg(target_arch = "x86_64")]
    {
        let arguments = ["-std=c++17", "-DSTDMETHODCALLTYPE=__attribute__((ms_abi))"];
        let (_, output) = compile("g++", &arguments, &[&source("shim.cc")], "convention");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && errors.contains("CLRHOST_STATIC_ASSERT"), "{errors}");
    }
}

#[test]
fn the_status_codes_are_clrhosts_own_and_the_contracts() {
    let text = fs::read_to_string(include().join("corerror.h")).expect("the header is there");
    let has = |name: &str, value: &str| text.contains(&format!("#define {name} {value}\n"));
    for (name, code, _) in clrhost_abi::Hresult::TABLE {
        let value = match name.starts_with("ERROR_") {
            true => format!("{}L", code.0 & 0xFFFF),
            false => format!("((HRESULT)0x{:08X})", code.0),
        };
        assert!(has(name, &value), "corerror.h lacks {name}; run `cargo xtask abi`");
    }
    let contract = tables::rows(include_str!("data/codes.tsv"));
    assert!(contract.len() > 35);
    for row in contract {
        assert!(has(row[0], &format!("((HRESULT){})", row[1])), "corerror.h has not {} = {}", row[0], row[1]);
    }
}
