//! Faults that tests cause, as nothing from outside does. They are not there in release builds.

/// Panics on the recorder's thread, in the midst of a block, where the environment asks for it.
#[cfg(debug_assertions)]
pub(super) fn recorder_panics() {
    use std::sync::OnceLock;
    static WANTED: OnceLock<bool> = OnceLock::new();
    let wanted = || std::env::var_os("CLRHOST_TEST_FAULT").is_some_and(|fault| fault == "recorder-panics");
    assert!(!*WANTED.get_or_init(wanted), "CLRHOST_TEST_FAULT asks for this");
}

#[cfg(not(debug_assertions))]
pub(super) fn recorder_panics() {}
