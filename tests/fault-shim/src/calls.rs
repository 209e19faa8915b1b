//! The functions that stand in.

use libc::{c_char, c_int, c_void, mode_t, off_t, off64_t, size_t, ssize_t};

use crate::faults::{Kind, before, before_path};
use crate::next::Next;

/// What a call answers that was made to fail.
fn refused(errno: c_int) -> c_int {
    // SAFETY: the place of this thread's error number.
    unsafe { *libc::__errno_location() = errno };
    -1
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(file: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    static NEXT: Next = Next::new(c"write");
    // SAFETY: the type is that of `write`, and the arguments are the caller's.
    let write: unsafe extern "C" fn(c_int, *const c_void, size_t) -> ssize_t = unsafe { NEXT.function() };
    let Some(errno) = before(Kind::Write, file) else {
        // SAFETY: as the caller called.
        return unsafe { write(file, bytes, count) };
    };
    // SAFETY: as the caller called, with fewer bytes.
    unsafe { write(file, bytes, count / 2) };
    refused(errno) as ssize_t
}

type PositionedWrite = unsafe extern "C" fn(c_int, *const c_void, size_t, off64_t) -> ssize_t;

/// # Safety
/// `next` must be `pwrite` or `pwrite64`, which are one where offsets have 64 bits, and the rest as it wants them.
unsafe fn positioned_write(next: &Next, file: c_int, bytes: &[u8], offset: off64_t) -> ssize_t {
    // SAFETY: by this function's contract.
    let write: PositionedWrite = unsafe { next.function() };
    let errno = before(Kind::Write, file);
    let count = if errno.is_some() { bytes.len() / 2 } else { bytes.len() };
    // SAFETY: the bytes are there.
    let written = unsafe { write(file, bytes.as_ptr().cast(), count, offset) };
    errno.map_or(written, |errno| refused(errno) as ssize_t)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, count: size_t, offset: off_t) -> ssize_t {
    static NEXT: Next = Next::new(c"pwrite");
    // SAFETY: the caller hands over that many bytes.
    unsafe { positioned_write(&NEXT, file, std::slice::from_raw_parts(bytes.cast(), count), offset) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(file: c_int, bytes: *const c_void, count: size_t, offset: off64_t) -> ssize_t {
    static NEXT: Next = Next::new(c"pwrite64");
    // SAFETY: the caller hands over that many bytes.
    unsafe { positioned_write(&NEXT, file, std::slice::from_raw_parts(bytes.cast(), count), offset) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn read(file: c_int, bytes: *mut c_void, count: size_t) -> ssize_t {
    static NEXT: Next = Next::new(c"read");
    if let Some(errno) = before(Kind::Read, file) {
        return refused(errno) as ssize_t;
    }
    // SAFETY: the type is that of `read`, and the arguments are the caller's.
    unsafe {
        let read: unsafe extern "C" fn(c_int, *mut c_void, size_t) -> ssize_t = NEXT.function();
        read(file, bytes, count)
    }
}

type PositionedRead = unsafe extern "C" fn(c_int, *mut c_void, size_t, off64_t) -> ssize_t;

#[unsafe(no_mangle)]
unsafe extern "C" fn pread(file: c_int, bytes: *mut c_void, count: size_t, offset: off_t) -> ssize_t {
    static NEXT: Next = Next::new(c"pread");
    if let Some(errno) = before(Kind::Read, file) {
        return refused(errno) as ssize_t;
    }
    // SAFETY: the type is that of `pread`, and the arguments are the caller's.
    unsafe { NEXT.function::<PositionedRead>()(file, bytes, count, offset) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pread64(file: c_int, bytes: *mut c_void, count: size_t, offset: off64_t) -> ssize_t {
    static NEXT: Next = Next::new(c"pread64");
    if let Some(errno) = before(Kind::Read, file) {
        return refused(errno) as ssize_t;
    }
    // SAFETY: the type is that of `pread64`, and the arguments are the caller's.
    unsafe { NEXT.function::<PositionedRead>()(file, bytes, count, offset) }
}

type OnFile = unsafe extern "C" fn(c_int) -> c_int;

#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(file: c_int) -> c_int {
    static NEXT: Next = Next::new(c"fsync");
    if let Some(errno) = before(Kind::Sync, file) {
        return refused(errno);
    }
    // SAFETY: the type is that of `fsync`, and the argument is the caller's.
    unsafe { NEXT.function::<OnFile>()(file) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(file: c_int) -> c_int {
    static NEXT: Next = Next::new(c"fdatasync");
    if let Some(errno) = before(Kind::Sync, file) {
        return refused(errno);
    }
    // SAFETY: the type is that of `fdatasync`, and the argument is the caller's.
    unsafe { NEXT.function::<OnFile>()(file) }
}

type Truncate = unsafe extern "C" fn(c_int, off64_t) -> c_int;

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate(file: c_int, length: off_t) -> c_int {
    static NEXT: Next = Next::new(c"ftruncate");
    if let Some(errno) = before(Kind::Change, file) {
        return refused(errno);
    }
    // SAFETY: the type is that of `ftruncate`, and the arguments are the caller's.
    unsafe { NEXT.function::<Truncate>()(file, length) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(file: c_int, length: off64_t) -> c_int {
    static NEXT: Next = Next::new(c"ftruncate64");
    if let Some(errno) = before(Kind::Change, file) {
        return refused(errno);
    }
    // SAFETY: the type is that of `ftruncate64`, and the arguments are the caller's.
    unsafe { NEXT.function::<Truncate>()(file, length) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    static NEXT: Next = Next::new(c"rename");
    // SAFETY: both are C strings, as `rename` wants them.
    if let Some(errno) = unsafe { before_path(Kind::Change, from) } {
        return refused(errno);
    }
    // SAFETY: the type is that of `rename`, and the arguments are the caller's.
    unsafe {
        let rename: unsafe extern "C" fn(*const c_char, *const c_char) -> c_int = NEXT.function();
        rename(from, to)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    static NEXT: Next = Next::new(c"unlink");
    // SAFETY: a C string, as `unlink` wants it.
    if let Some(errno) = unsafe { before_path(Kind::Change, path) } {
        return refused(errno);
    }
    // SAFETY: the type is that of `unlink`, and the argument is the caller's.
    unsafe {
        let unlink: unsafe extern "C" fn(*const c_char) -> c_int = NEXT.function();
        unlink(path)
    }
}

type Open = unsafe extern "C" fn(*const c_char, c_int, ...) -> c_int;

/// # Safety
/// `next` must be `open` or `open64`, and the rest as it wants them. `mode` is read only when a file is made.
unsafe fn open_next(next: &Next, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: by this function's contract.
    let makes = flags & libc::O_CREAT != 0;
    if makes && let Some(errno) = unsafe { before_path(Kind::Change, path) } {
        return refused(errno);
    }
    // SAFETY: by this function's contract.
    unsafe { next.function::<Open>()(path, flags, mode) }
}

// These two have a mode only when they make a file. Taking it always is sound on machines that pass it in a register,
// whose content is then passed on unread.
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    static NEXT: Next = Next::new(c"open");
    // SAFETY: as the caller called.
    unsafe { open_next(&NEXT, path, flags, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    static NEXT: Next = Next::new(c"open64");
    // SAFETY: as the caller called.
    unsafe { open_next(&NEXT, path, flags, mode) }
}
