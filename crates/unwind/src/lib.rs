//! Unwind.
