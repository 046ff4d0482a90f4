//! The places in a document where figures stand, each between two marks.

use crate::Failure;
use std::fs;
use std::path::Path;

/// A place: the line before the figures.
#[derive(Clone, Copy)]
pub struct Place(&'static str);

/// What crossings and start-ups cost.
pub const COST: Place = Place("<!-- figures: written by `cargo xtask bench` -->\n");
/// What much of everything takes.
pub const SCALE: Place = Place("<!-- figures: written by `cargo xtask bench --scale` -->\n");
const END: &str = "<!-- end of figures -->\n";

/// Puts the figures into the document in place of those that are there. A document that is not there yet gets nothing
/// but figures.
pub fn put(path: &Path, place: Place, figures: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let before =
        if path.exists() { fs::read_to_string(path).map_err(failed)? } else { [place.0, END].concat() };
    let after = replaced(&before, place, figures).ok_or_else(|| {
        format!("{} has no place for figures; it needs the lines\n{}{END}", path.display(), place.0)
    })?;
    fs::write(path, after).map_err(failed)
}

fn replaced(document: &str, Place(begin): Place, figures: &str) -> Option<String> {
    let (head, rest) = document.split_once(begin)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{begin}\n{}\n\n{END}{tail}", figures.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_figures_change() {
        let Place(begin) = COST;
        let document = format!("# Title\n{begin}old\n{END}\nMore.\n{}big\n{END}", SCALE.0);
        let new = replaced(&document, COST, "new").unwrap();
        assert_eq!(new, format!("# Title\n{begin}\nnew\n\n{END}\nMore.\n{}big\n{END}", SCALE.0));
        assert_eq!(replaced(&new, COST, "new").unwrap(), new);
        let both = replaced(&new, SCALE, "bigger").unwrap();
        assert!(both.contains("\nnew\n") && both.ends_with(&format!("\nbigger\n\n{END}")), "{both}");
        assert_eq!(replaced("# Title\n", COST, "new"), None);
    }
}
