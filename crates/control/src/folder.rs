//! Where the sockets lie: `$XDG_RUNTIME_DIR/clrhost/PID.sock`, or `/tmp/clrhost-UID/PID.sock`.
//!
//! A folder counts only if it is a folder (no link to one), belongs to the user and is closed to all others. `/tmp` is open to
//! everybody, but nobody can remove or rename what is another's there; so a folder that was found good stays good.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// A socket's path must fit into 108 bytes, a NUL at its end included.
const MAX_PATH: usize = 107;
/// A slash, the digits of the greatest number of a process, and ".sock".
const MAX_NAME: usize = "/4194304.sock".len();

/// The user that the calling process acts for.
pub(crate) fn own_user() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// The folder for the sockets of the calling process, made if it is missing. `runtime_folder` is what `XDG_RUNTIME_DIR` says.
///
/// # Errors
/// It cannot be made, or somebody else's stands in its place; the message says what to do.
pub(crate) fn make(runtime_folder: Option<&Path>) -> io::Result<PathBuf> {
    let user = own_user();
    let usable = |folder: &&Path| {
        folder.is_absolute()
            && folder.as_os_str().len() + "/clrhost".len() + MAX_NAME <= MAX_PATH
            && check(folder, user).is_ok()
    };
    let folder = match runtime_folder.filter(usable) {
        Some(folder) => folder.join("clrhost"),
        None => shared_folder(user),
    };
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(io::Error::new(
                error.kind(),
                format!("{} cannot be made: {error}", folder.display()),
            ));
        }
        _ => {}
    }
    check(&folder, user).map_err(|error| {
        io::Error::other(format!(
            "{} {error}; remove it, or set XDG_RUNTIME_DIR to a folder of your own",
            folder.display()
        ))
    })?;
    Ok(folder)
}

/// Whether a folder belongs to this user alone. The error says what is wrong with it.
pub(crate) fn check(folder: &Path, user: u32) -> io::Result<()> {
    let found = fs::symlink_metadata(folder)?;
    let wrong = if !found.is_dir() {
        "is no folder"
    } else if found.uid() != user {
        "belongs to another user"
    } else if found.mode() & 0o077 != 0 {
        "is open to other users"
    } else {
        return Ok(());
    };
    Err(io::Error::other(wrong))
}

fn shared_folder(user: u32) -> PathBuf {
    PathBuf::from(format!("/tmp/clrhost-{user}"))
}

/// The socket of a process in a folder.
pub(crate) fn socket(folder: &Path, pid: u32) -> PathBuf {
    folder.join(format!("{pid}.sock"))
}

/// The folders in which there may be sockets of processes that the calling one may ask, with the user whose processes they are:
/// its own user's, and for root those of all users.
pub(crate) fn all() -> Vec<(PathBuf, u32)> {
    let own = own_user();
    let mut folders = Vec::new();
    let mut add = |folder: PathBuf, user: u32| {
        if check(&folder, user).is_ok() && !folders.iter().any(|(known, _)| *known == folder) {
            folders.push((folder, user));
        }
    };
    if let Some(runtime_folder) = std::env::var_os("XDG_RUNTIME_DIR") {
        add(PathBuf::from(runtime_folder).join("clrhost"), own);
    }
    // The process may have been started where the variable is not set, or set otherwise.
    add(PathBuf::from(format!("/run/user/{own}/clrhost")), own);
    add(shared_folder(own), own);
    if own == 0 {
        let names = |parent: &str, prefix: &str| -> Vec<u32> {
            let entries = fs::read_dir(parent).into_iter().flatten().flatten();
            let user = |name: &std::ffi::OsStr| {
                std::str::from_utf8(name.as_bytes()).ok()?.strip_prefix(prefix)?.parse().ok()
            };
            entries.filter_map(|entry| user(&entry.file_name())).collect()
        };
        for user in names("/run/user", "") {
            add(PathBuf::from(format!("/run/user/{user}/clrhost")), user);
        }
        for user in names("/tmp", "clrhost-") {
            add(shared_folder(user), user);
        }
    }
    folders
}

/// The processes that have, or had, a socket in a folder.
pub(crate) fn processes(folder: &Path) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let pid = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".sock")?.parse().ok();
    entries.filter_map(pid).collect()
}

/// Removes what processes left behind that were killed. Whoever has the number by now makes a socket of its own. One that the system
/// knows as a socket stays: its process may be out of sight, where a container shares the folder. (One that shares neither processes
/// nor network loses its sockets here, and is not found by `clrhost ps` any more.)
pub(crate) fn remove_left_over(folder: &Path) {
    let gone = |pid: &u32| !Path::new(&format!("/proc/{pid}")).exists();
    let left: Vec<PathBuf> =
        processes(folder).into_iter().filter(gone).map(|pid| socket(folder, pid)).collect();
    if left.is_empty() {
        return;
    }
    // Each line ends with the path. Where it cannot be read nothing is removed.
    let Ok(known) = fs::read("/proc/net/unix") else { return };
    for socket in left {
        let path = socket.as_os_str().as_bytes();
        if !known.split(|&byte| byte == b'\n').any(|line| line.ends_with(path)) {
            // Another process may be faster.
            let _ = fs::remove_file(socket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn folder(mode: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    fn what_is_wrong(folder: &Path) -> String {
        check(folder, own_user()).map_or_else(|error| error.to_string(), |()| "nothing".to_owned())
    }

    #[test]
    fn only_a_folder_of_ones_own_will_do() {
        let good = folder(0o700);
        assert_eq!(what_is_wrong(good.path()), "nothing");
        assert_eq!(what_is_wrong(folder(0o750).path()), "is open to other users");
        let link = good.path().join("link");
        symlink(good.path(), &link).unwrap();
        assert_eq!(what_is_wrong(&link), "is no folder");
        let file = good.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(what_is_wrong(&file), "is no folder");
        assert!(check(good.path(), own_user() + 1).is_err());
    }

    #[test]
    fn the_folder_is_made_closed_and_used_again() {
        let above = folder(0o700);
        let made = make(Some(above.path())).unwrap();
        assert_eq!(made, above.path().join("clrhost"));
        assert_eq!(fs::metadata(&made).unwrap().mode() & 0o777, 0o700);
        assert_eq!(make(Some(above.path())).unwrap(), made);
        fs::set_permissions(&made, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(
            make(Some(above.path())).unwrap_err().to_string().contains("is open to other users; remove it")
        );
    }

    #[test]
    fn a_link_put_in_its_place_is_not_followed() {
        let (above, elsewhere) = (folder(0o700), folder(0o700));
        symlink(elsewhere.path(), above.path().join("clrhost")).unwrap();
        assert!(make(Some(above.path())).unwrap_err().to_string().contains("is no folder"));
    }

    #[test]
    fn runtime_folders_that_will_not_do_are_not_used() {
        let long = folder(0o700).path().join("x".repeat(100));
        for unusable in [folder(0o755).path(), Path::new("relative"), Path::new("/no/such/folder"), &long] {
            assert_eq!(make(Some(unusable)).unwrap(), shared_folder(own_user()));
        }
    }

    #[test]
    fn what_killed_processes_left_is_removed_and_nothing_else() {
        let folder = folder(0o700);
        let own = format!("{}.sock", std::process::id());
        // Above the greatest number a process can have.
        for name in [own.as_str(), "4194305.sock", "x.sock"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        remove_left_over(folder.path());
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [own.as_str(), "x.sock"]);
    }

    #[test]
    fn only_sockets_are_listed() {
        let folder = folder(0o700);
        for name in ["12.sock", "x.sock", "12", "-3.sock"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(processes(folder.path()), [12]);
    }
}
