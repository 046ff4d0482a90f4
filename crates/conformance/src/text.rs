//! A verdict in words.

use crate::check::{Breach, Origin, Verdict};
use std::fmt;

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Situation(name) => write!(f, "the situation \"{name}\""),
            Origin::Seed(seed) => write!(f, "the random script of seed {seed}"),
            Origin::Replay => f.write_str("the script that was given"),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "broken: {}", self.rule.id)?;
        writeln!(f, "  {}", self.rule.demand)?;
        writeln!(f, "  Otherwise: {}", self.rule.otherwise)?;
        writeln!(f, "  What happened: {}", self.what)?;
        writeln!(f, "  See {}", self.rule.page)?;
        writeln!(f, "  The shortest script that shows it, from {}:", self.origin)?;
        for step in &self.script {
            writeln!(f, "    {step}")?;
        }
        writeln!(f, "  What the host was called for in it:")?;
        for call in &self.calls {
            writeln!(f, "    {call}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for breach in &self.breaches {
            writeln!(f, "{breach}")?;
        }
        let rules = match self.breaches.len() {
            0 => "no rule is broken".to_owned(),
            1 => "1 rule is broken".to_owned(),
            count => format!("{count} rules are broken"),
        };
        let scripts = if self.scripts == 1 { "1 script" } else { "scripts" };
        match self.scripts {
            1 => write!(f, "{rules}; {scripts}"),
            count => write!(f, "{rules}; {count} {scripts}, seed {}", self.seed),
        }
    }
}
