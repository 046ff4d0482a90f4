//! The place in a document where the figures stand, between two marks.

use crate::Failure;
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- figures: written by `cargo xtask bench` -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Puts the figures into the document in place of those that are there. A document that is not there yet gets nothing
/// but figures.
pub fn put(path: &Path, figures: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let before =
        if path.exists() { fs::read_to_string(path).map_err(failed)? } else { [BEGIN, END].concat() };
    let after = replaced(&before, figures).ok_or_else(|| {
        format!("{} has no place for figures; it needs the lines\n{BEGIN}{END}", path.display())
    })?;
    fs::write(path, after).map_err(failed)
}

fn replaced(document: &str, figures: &str) -> Option<String> {
    let (head, rest) = document.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}\n{}\n\n{END}{tail}", figures.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_figures_change() {
        let document = format!("# Title\n{BEGIN}old\n{END}\nMore.\n");
        let new = replaced(&document, "new").unwrap();
        assert_eq!(new, format!("# Title\n{BEGIN}\nnew\n\n{END}\nMore.\n"));
        assert_eq!(replaced(&new, "new").unwrap(), new);
        assert_eq!(replaced("# Title\n", "new"), None);
    }
}
