//! The four crossings and the two kinds of bracket they form.

/// One passage over the border, named as the hosting contract names it (contract: tasks, section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crossing {
    /// Managed code calls native code (`IHostTaskManager::LeaveRuntime`).
    Leave,
    /// That native code returns (`EnterRuntime`).
    Enter,
    /// Native code calls managed code (`ReverseEnterRuntime`).
    ReverseEnter,
    /// That managed code returns (`ReverseLeaveRuntime`).
    ReverseLeave,
}

impl Crossing {
    /// The contract's name of the method that reports this crossing.
    pub const fn method(self) -> &'static str {
        match self {
            Crossing::Leave => "LeaveRuntime",
            Crossing::Enter => "EnterRuntime",
            Crossing::ReverseEnter => "ReverseEnterRuntime",
            Crossing::ReverseLeave => "ReverseLeaveRuntime",
        }
    }
}

/// A call over the border that has not returned yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bracket {
    /// Opened by `Leave`, closed by `Enter`: the task is in native code.
    Leave,
    /// Opened by `ReverseEnter`, closed by `ReverseLeave`: the task is in managed code that native code called.
    ReverseEnter,
}

impl Bracket {
    /// The crossing that opens this bracket.
    pub const fn opening(self) -> Crossing {
        match self {
            Bracket::Leave => Crossing::Leave,
            Bracket::ReverseEnter => Crossing::ReverseEnter,
        }
    }

    /// The crossing that closes this bracket.
    pub const fn closing(self) -> Crossing {
        match self {
            Bracket::Leave => Crossing::Enter,
            Bracket::ReverseEnter => Crossing::ReverseLeave,
        }
    }
}
