//! What may be spent, and whether it was kept.

use crate::pair::Difference;
use crate::table::Table;

/// One line of the table of budgets.
pub struct Budget {
    what: &'static str,
    limit: String,
    least: String,
    median: String,
    kept: bool,
}

impl Budget {
    /// At most so many nanoseconds more. The median counts.
    pub fn ns(what: &'static str, limit: f64, spent: Difference) -> Budget {
        Budget {
            what,
            limit: format!("+{limit:.0} ns"),
            least: format!("{:+.1} ns", spent.least),
            median: format!("{:+.1} ns", spent.median),
            kept: spent.median <= limit,
        }
    }

    /// At most so many times as much. The median counts.
    pub fn ratio(what: &'static str, limit: f64, least: f64, median: f64) -> Budget {
        let limit_text = format!("{limit:.2}x");
        Budget {
            what,
            limit: limit_text,
            least: format!("{least:.2}x"),
            median: format!("{median:.2}x"),
            kept: median <= limit,
        }
    }

    /// The same to within `noise`: how much two runs of the same thing differ.
    pub fn unchanged(what: &'static str, noise: f64, least: f64, median: f64) -> Budget {
        // Less than a hundredth is none.
        let noise = noise.max(0.01);
        Budget {
            what,
            limit: format!("1.00x, noise {noise:.2}"),
            least: format!("{least:.2}x"),
            median: format!("{median:.2}x"),
            kept: median <= 1.0 + noise,
        }
    }

    /// True if the budget was kept.
    pub fn is_kept(&self) -> bool {
        self.kept
    }
}

/// The table.
pub fn table(budgets: &[Budget]) -> String {
    let mut table = Table::new(&["what", "budget", "least", "median", "kept"]);
    for budget in budgets {
        let Budget { what, limit, least, median, .. } = budget;
        let kept = if budget.is_kept() { "yes" } else { "**no**" };
        table.row([(*what).to_owned(), limit.clone(), least.clone(), median.clone(), kept.to_owned()]);
    }
    format!("### Budgets\n\nThe median decides.\n\n{}", table.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_decides() {
        let spent = |least, median| Difference { least, median };
        assert!(Budget::ns("a", 4.0, spent(3.0, 4.0)).is_kept());
        assert!(!Budget::ns("a", 4.0, spent(3.0, 4.1)).is_kept());
        assert!(!Budget::ratio("a", 1.25, 1.2, 1.3).is_kept());
        assert!(Budget::unchanged("a", 0.03, 1.0, 1.02).is_kept());
        assert!(!Budget::unchanged("a", 0.001, 1.0, 1.02).is_kept());
        // What was not measured was not kept.
        assert!(!Budget::ns("a", 4.0, spent(f64::NAN, f64::NAN)).is_kept());
    }
}
