//! Numbers for what the model has words for.

use crate::model::PauseReason;

const REASONS: [PauseReason; 7] = [
    PauseReason::Other,
    PauseReason::GarbageCollection,
    PauseReason::GarbageCollectionPreparation,
    PauseReason::Shutdown,
    PauseReason::Debugger,
    PauseReason::Profiler,
    PauseReason::Rejit,
];

/// The number of a reason.
pub fn code_of_reason(reason: PauseReason) -> u8 {
    REASONS.iter().position(|known| *known == reason).unwrap_or_default() as u8
}

/// The reason with a number; later versions may have others.
pub fn reason_of_code(code: u8) -> PauseReason {
    REASONS.get(usize::from(code)).copied().unwrap_or_default()
}
