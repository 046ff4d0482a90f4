//! The COM side.
