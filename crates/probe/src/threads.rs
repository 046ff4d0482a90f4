//! Threads that the runtime wants are asked of the host.
//!
//! CoreCLR and its native class library make every thread by `pthread_create`, which they import. With a host, that
//! import leads here: the host is asked for a thread (contract: tasks, section 4.3, CreateTask) and the system only where
//! the host leaves it to the runtime.
//!
//! The runtime takes a detached thread with the stack size that the attributes name, and never joins it. It reads the
//! `pthread_t` that it gets back not before the thread itself has set it again; all the same it gets the right one, and so
//! this waits until the host has the thread running. The runtime does that anyway, right after.

use crate::entry::{ErrnoGuard, guarded};
use crate::imports::Library;
use crate::probe::Probe;
use crate::thread_state;
use clrhost_abi::Hresult;
use clrhost_boundary::TaskRequest;
use std::ffi::{CStr, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

type StartRoutine = extern "C-unwind" fn(*mut c_void) -> *mut c_void;

unsafe extern "C" {
    // SAFETY: glibc's. The libc crate's declaration takes a routine that may not unwind; pthread_exit does.
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        routine: StartRoutine,
        argument: *mut c_void,
    ) -> libc::c_int;
}

/// What the runtime wants a thread to do.
struct Start {
    routine: StartRoutine,
    argument: *mut c_void,
}

// SAFETY: it is made to be handed to another thread, as pthread_create does.
unsafe impl Send for Start {}

/// The runtime itself.
const CORECLR: &str = "libcoreclr.so";

/// Names of the runtime's native class library. Up to .NET Core 3.1 it is the second one.
const CLASS_LIBRARY: [&str; 2] = ["libSystem.Native.so", "System.Native.so"];

/// The folder of the runtime that holds this code.
pub(crate) fn folder_of(code: *const c_void) -> Option<PathBuf> {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: dladdr takes any address and writes what it finds; a found name is a C string that lives as long as the
    // library.
    let path = unsafe {
        if libc::dladdr(code, found.as_mut_ptr()) == 0 {
            return None;
        }
        CStr::from_ptr(found.assume_init().dli_fname)
    };
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(path.to_bytes())).parent().map(Path::to_path_buf)
}

/// Files of the CoreCLRs that are loaded in this process besides the one in this folder.
pub(crate) fn others_beside(folder: &Path) -> Vec<PathBuf> {
    struct Search<'a> {
        folder: &'a Path,
        found: Vec<PathBuf>,
    }

    // SAFETY: only given to dl_iterate_phdr, which calls it with a readable description and the search.
    unsafe extern "C" fn look_at(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
        use std::os::unix::ffi::OsStrExt;
        // SAFETY: the caller's duty; names of loaded objects are C strings, or null.
        let (name, search) = unsafe { ((*info).dlpi_name, &mut *search.cast::<Search<'_>>()) };
        if !name.is_null() {
            // SAFETY: see above.
            let path = Path::new(std::ffi::OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes()));
            if path.file_name().is_some_and(|name| name == CORECLR) && path.parent() != Some(search.folder) {
                search.found.push(path.to_path_buf());
            }
        }
        0
    }

    let mut search = Search { folder, found: Vec::new() };
    // SAFETY: the function fits, and the search outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(look_at), (&raw mut search).cast()) };
    search.found
}

/// The runtime's native class library, loaded from its folder; `None` where it is not there, as beside a program of a single file.
pub(crate) fn class_library(folder: &Path) -> Option<Library> {
    Library::open(&folder.join(class_library_name(folder)?)).ok()
}

fn class_library_name(folder: &Path) -> Option<&'static str> {
    CLASS_LIBRARY.into_iter().find(|name| folder.join(name).exists())
}

/// Makes the runtime in this folder ask the host for its threads. To be called before it is started; loads its
/// libraries. What could not be redirected is told.
pub(crate) fn redirect(folder: &Path) -> Vec<String> {
    let redirect = |name: &str| {
        let path = folder.join(name);
        let library = Library::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        // SAFETY: the function has the signature of pthread_create and is part of this image, which holds the probe and is
        // never unloaded.
        match unsafe { library.replace_import(c"pthread_create", create_thread as *const c_void) } {
            Ok(0) => Err(format!("{}: it does not import pthread_create", path.display())),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    };
    // Where there is none, the first name is the one to miss.
    let class_library = class_library_name(folder).unwrap_or(CLASS_LIBRARY[0]);
    [CORECLR, class_library].iter().filter_map(|name| redirect(name).err()).collect()
}

/// `pthread_create` as the runtime's libraries see it.
///
/// # Safety
/// As for pthread_create.
// SAFETY: only put into import slots of that function.
unsafe extern "C" fn create_thread(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    routine: StartRoutine,
    argument: *mut c_void,
) -> libc::c_int {
    let mut answer = None;
    let _ = guarded("pthread_create", || {
        let _errno = ErrnoGuard::keep();
        // SAFETY: the caller's duty.
        answer = unsafe { ask_host(thread, attributes, Start { routine, argument }) };
        Hresult::S_OK
    });
    // SAFETY: the caller's arguments, unchanged.
    answer.unwrap_or_else(|| unsafe { pthread_create(thread, attributes, routine, argument) })
}

/// What to answer, or `None` if the system is to make the thread.
///
/// # Safety
/// `thread` is writable; `attributes` are initialised or null.
unsafe fn ask_host(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    start: Start,
) -> Option<libc::c_int> {
    let probe = Probe::installed()?;
    let layer = probe.boundary().layer()?;
    let mut stack_size = 0;
    if !attributes.is_null() {
        // SAFETY: the attributes are initialised by the caller's duty; the size is ours to write to.
        unsafe { libc::pthread_attr_getstacksize(attributes, &mut stack_size) };
    }
    let news = Arc::new(News::default());
    let teller = Teller(news.clone());
    let request = TaskRequest::new(stack_size, move || run(probe, start, teller));
    match layer.ask("CreateTask", |host| host.create_task(request)) {
        Ok(()) => match news.wait() {
            Outcome::Running(new) => {
                // SAFETY: the caller's duty.
                unsafe { *thread = new };
                Some(0)
            }
            Outcome::Dropped => Some(libc::EAGAIN),
        },
        Err(Hresult::E_NOTIMPL) => None,
        // The failure that shuts the layer takes no thread from the application.
        Err(_) if layer.is_shut() => None,
        Err(_) => Some(libc::EAGAIN),
    }
}

/// On the new thread.
fn run(probe: &'static Probe, start: Start, teller: Teller) {
    // SAFETY: pthread_self has no precondition.
    teller.running(unsafe { libc::pthread_self() });
    // A routine that ends by pthread_exit unwinds from here; the task then ends with the thread.
    (start.routine)(start.argument);
    // The host's thread may go on and serve other requests, which are tasks of their own.
    thread_state::end_current(probe);
}

enum Outcome {
    Running(libc::pthread_t),
    /// The host threw the request away.
    Dropped,
}

/// What became of a request.
#[derive(Default)]
struct News {
    outcome: Mutex<Option<Outcome>>,
    arrived: Condvar,
}

impl News {
    fn tell(&self, outcome: Outcome) {
        let mut place = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        place.get_or_insert(outcome);
        self.arrived.notify_all();
    }

    fn wait(&self) -> Outcome {
        let mut place = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match place.take() {
                Some(outcome) => return outcome,
                None => place = self.arrived.wait(place).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// Tells what becomes of a request, be it that it is dropped.
struct Teller(Arc<News>);

impl Teller {
    fn running(self, thread: libc::pthread_t) {
        self.0.tell(Outcome::Running(thread));
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.0.tell(Outcome::Dropped);
    }
}
