//! Names of files that several processes write.

use std::path::{Path, PathBuf};

/// The file of a process beside that of the first one: `app.4711.clrtrace` for `app.clrtrace`.
pub fn beside(path: &Path, pid: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{pid}"));
    if let Some(end) = path.extension() {
        name.push(".");
        name.push(end);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_before_the_ending() {
        assert_eq!(beside(Path::new("/a/b.clrtrace"), 7), Path::new("/a/b.7.clrtrace"));
        assert_eq!(beside(Path::new("/a/b"), 7), Path::new("/a/b.7"));
    }
}
