//! Files in folders to which others may write too, such as /tmp.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes a file that nobody else has: what stands in its place, as somebody may have put a link there, is removed, not written to.
/// `mode` are its rights, less the umask's.
///
/// # Errors
/// It cannot be made, or what is there cannot be removed, as it belongs to another user.
pub fn new_file(path: &Path, mode: u32) -> io::Result<File> {
    let make = || File::options().write(true).create_new(true).mode(mode).open(path);
    match make() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            make()
        }
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_link_in_its_place_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, path) = (folder.path().join("victim"), folder.path().join("draft"));
        fs::write(&victim, "kept").unwrap();
        symlink(&victim, &path).unwrap();
        new_file(&path, 0o600).unwrap().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "kept");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_folder_in_its_place_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(new_file(folder.path(), 0o600).is_err());
    }
}
