//! Says how libclrhost_profiler.so is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        // CoreCLR unloads a profiler that refuses to work. By then there may be threads, functions at exit and addresses in the
        // runtime's tables that lead here.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
