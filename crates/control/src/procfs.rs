//! What /proc says of processes and threads.

use std::fs;
use std::io;

/// When a process started, in the system's ticks since boot. "self" may stand for the number.
pub fn start_time(pid: &str) -> Option<u64> {
    // The name, in parentheses, may hold anything; the 22nd field of all is the 20th behind it.
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let behind_name = stat.iter().rposition(|&byte| byte == b')')? + 1;
    std::str::from_utf8(&stat[behind_name..]).ok()?.split_ascii_whitespace().nth(19)?.parse().ok()
}

/// The command line of a process; empty where it cannot be read.
pub fn command_line(pid: &str) -> Vec<String> {
    let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = text.split(|&byte| byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let mut words: Vec<String> = words.collect();
    // Each word ends in NUL.
    words.pop();
    words
}

/// What a thread of the calling process does, as /proc/self/task/TID/syscall has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Running,
    /// It waits, in a system call unless the number is -1.
    Waiting {
        system_call: i64,
        stack_pointer: u64,
        program_counter: u64,
    },
}

/// A thread at one moment: equal to a later one if it has not moved meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) doing: Doing,
    line: String,
    /// How often it was taken off a processor, and gave one up.
    switches: Vec<String>,
}

impl Moment {
    /// Looks at a thread of the calling process.
    pub(crate) fn of(thread: u64) -> io::Result<Moment> {
        let line = fs::read_to_string(format!("/proc/self/task/{thread}/syscall"))?;
        let status = fs::read_to_string(format!("/proc/self/task/{thread}/status"))?;
        let switches =
            status.lines().filter(|line| line.contains("ctxt_switches")).map(str::to_owned).collect();
        let doing = doing(&line)
            .ok_or_else(|| io::Error::other("/proc/self/task/TID/syscall is in no known form"))?;
        Ok(Moment { doing, line, switches })
    }
}

fn doing(line: &str) -> Option<Doing> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let hexadecimal = |word: &str| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok();
    match *words.as_slice() {
        ["running"] => Some(Doing::Running),
        [system_call, .., stack_pointer, program_counter] => Some(Doing::Waiting {
            system_call: system_call.parse().ok()?,
            stack_pointer: hexadecimal(stack_pointer)?,
            program_counter: hexadecimal(program_counter)?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_the_line_are_read() {
        let waits = |system_call, stack_pointer, program_counter| {
            Some(Doing::Waiting { system_call, stack_pointer, program_counter })
        };
        assert_eq!(doing("running\n"), Some(Doing::Running));
        assert_eq!(doing("7 0x1 0x2 0x3 0x4 0x5 0x6 0x7ffe10 0x7f20\n"), waits(7, 0x7ffe10, 0x7f20));
        assert_eq!(doing("-1 0x7ffe10 0x7f20"), waits(-1, 0x7ffe10, 0x7f20));
        assert_eq!(doing(""), None);
        assert_eq!(doing("7 x y z"), None);
    }

    #[test]
    fn a_process_knows_its_own_start_and_command() {
        let own = std::process::id().to_string();
        assert_eq!(start_time("self"), start_time(&own));
        assert!(start_time("self").is_some_and(|time| time > 0));
        let program = std::env::args().next().unwrap();
        assert_eq!(command_line("self").first(), Some(&program));
    }
}
