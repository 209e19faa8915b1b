//! Which call fails, decided before it is made.

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use libc::c_int;

/// Kinds of calls, in the order of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Read,
    Write,
    Sync,
    Change,
}

/// Where in the counts the calls that were made to fail stand.
const FAILED: usize = 4;
const COUNTS: usize = 5;

/// What the environment asks for.
struct Plan {
    folder: Option<PathBuf>,
    fail: Option<Fail>,
    errno: c_int,
    sync_delay_us: u64,
    counts: &'static [AtomicU64; COUNTS],
}

struct Fail {
    kind: Kind,
    from: u64,
    to: u64,
}

static PLAN: OnceLock<Plan> = OnceLock::new();

/// Counts a call on an open file, delays it, and says with which error number it must fail, if it must.
pub fn before(kind: Kind, file: c_int) -> Option<c_int> {
    let plan = PLAN.get_or_init(Plan::from_environment);
    let folder = plan.folder.as_ref()?;
    let path = std::fs::read_link(format!("/proc/self/fd/{file}")).ok()?;
    if path.starts_with(folder) { plan.count(kind) } else { None }
}

/// The same for a call on a file's name.
///
/// # Safety
/// `path` must be a C string.
pub unsafe fn before_path(kind: Kind, path: *const c_char) -> Option<c_int> {
    let plan = PLAN.get_or_init(Plan::from_environment);
    let folder = plan.folder.as_ref()?;
    // SAFETY: by this function's contract.
    let path = Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()));
    if path.starts_with(folder) { plan.count(kind) } else { None }
}

impl Plan {
    fn from_environment() -> Self {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
        Self {
            folder: std::env::var_os("FAULT_SHIM_FOLDER").map(PathBuf::from),
            fail: std::env::var("FAULT_SHIM_FAIL").ok().map(|text| match Fail::parse(&text) {
                Some(fail) => fail,
                // A typing error must not look like a program that survives all faults.
                None => std::process::abort(),
            }),
            errno: number("FAULT_SHIM_ERRNO").map_or(libc::EIO, |errno| errno as c_int),
            sync_delay_us: number("FAULT_SHIM_SYNC_DELAY_US").unwrap_or(0),
            counts: counts(),
        }
    }

    fn count(&self, kind: Kind) -> Option<c_int> {
        let nth = 1 + self.counts[kind as usize].fetch_add(1, Ordering::SeqCst);
        if kind == Kind::Sync && self.sync_delay_us > 0 {
            std::thread::sleep(std::time::Duration::from_micros(self.sync_delay_us));
        }
        self.fail.as_ref().filter(|fail| fail.kind == kind && (fail.from..=fail.to).contains(&nth))?;
        self.counts[FAILED].fetch_add(1, Ordering::SeqCst);
        Some(self.errno)
    }
}

impl Fail {
    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let kind = match kind {
            "read" => Kind::Read,
            "write" => Kind::Write,
            "sync" => Kind::Sync,
            "change" => Kind::Change,
            _ => return None,
        };
        let (from, to) = match rest.strip_suffix('+') {
            Some(from) => (from.parse().ok()?, u64::MAX),
            None => (rest.parse().ok()?, rest.parse().ok()?),
        };
        (from > 0).then_some(Self { kind, from, to })
    }
}

/// The counts in the file that the environment names, or else in this process only.
fn counts() -> &'static [AtomicU64; COUNTS] {
    static PRIVATE: [AtomicU64; COUNTS] = [const { AtomicU64::new(0) }; COUNTS];
    let Some(path) = std::env::var_os("FAULT_SHIM_COUNTS") else { return &PRIVATE };
    // This calls the `open` of this very library, which leaves files alone that it need not make.
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path);
    let bytes = size_of_val(&PRIVATE);
    let (Ok(file), true) = (&file, file.as_ref().is_ok_and(|file| holds(file, bytes))) else {
        std::process::abort()
    };
    let (access, shared) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED);
    // SAFETY: a new mapping of a file that is open and long enough.
    let mapped = unsafe {
        libc::mmap(std::ptr::null_mut(), bytes, access, shared, std::os::fd::AsRawFd::as_raw_fd(file), 0)
    };
    if mapped == libc::MAP_FAILED {
        std::process::abort();
    }
    // SAFETY: the mapping is aligned to a page, as long as the array, never unmapped, and any bytes are valid numbers.
    unsafe { &*mapped.cast() }
}

fn holds(file: &std::fs::File, bytes: usize) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.len() >= bytes as u64)
}
