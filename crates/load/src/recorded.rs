//! What a recording has of the program's calls.

use crate::library::{Count, Kind};
use crate::options::Source;
use clrhost_trace::{Event, Reader, Target};
use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

/// Compares each function's calls in the file with the program's own counts. Gives all calls in the file, and what is wrong.
pub fn compare(path: &Path, counted: &[Count], source: Source) -> Result<(u64, Vec<String>), Box<dyn Error>> {
    let mut reader = Reader::open(path)?;
    let mut targets: HashMap<u32, Target> = HashMap::new();
    let mut calls: HashMap<u32, u64> = HashMap::new();
    let (mut all, mut lost) = (0, 0);
    let mut wrong = Vec::new();
    while let Some(event) = reader.next()? {
        match event {
            Event::Targets { first, targets: told } => targets.extend((first..).zip(told)),
            Event::Calls { calls: told, .. } => {
                all += told.len() as u64;
                told.iter().for_each(|call| *calls.entry(call.target).or_default() += 1);
            }
            Event::Loss(loss) => lost += loss.calls,
            Event::Damage(damage) => wrong.push(format!("the recording is damaged: {damage}")),
            _ => {}
        }
    }
    let mut missing = 0;
    for count in counted {
        if count.kind == Kind::ByPointer && source == Source::Flag {
            continue;
        }
        let is_of = |target: &Target| match count.kind {
            Kind::Callback => target.symbol.is_none() && target.method == count.method,
            Kind::ByDelegate if source == Source::Flag => target.method == count.method,
            _ => target.symbol == count.symbol,
        };
        let ids = targets.iter().filter(|(_, target)| is_of(target)).map(|(id, _)| id);
        let recorded: u64 = ids.filter_map(|id| calls.get(id)).sum();
        if recorded > count.calls {
            let name = count.symbol.as_ref().unwrap_or(&count.method);
            wrong.push(format!("{name}: {recorded} calls are recorded, not {}", count.calls));
        }
        missing += count.calls.saturating_sub(recorded);
    }
    // What finds no room in a ring is not told by function.
    if missing > lost {
        wrong.push(format!("{missing} calls are not in the recording, which says that {lost} are missing"));
    }
    Ok((all, wrong))
}
