//! The simulated disk as SQLite's default file system of this process, so that server and tablet
//! run on it without knowing. The one room with unsafe code: SQLite speaks C.
#![expect(
    unsafe_code,
    reason = "SQLite calls its file system through C function pointers"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Arc, Once, atomic};

use rusqlite::ffi;

use super::disk::{File, Host, Trouble, hold};

static ONCE: Once = Once::new();
/// Longest path, in bytes.
const PATH_MAX: c_int = 1024;

/// Puts every database that this process opens from now on on the simulated disk.
pub fn install() {
    ONCE.call_once(|| {
        // SAFETY: the structure registered is leaked, so it lives as long as the process; the
        // copied functions of the system's own file system (sleep, clock, randomness) do not look
        // into it.
        unsafe {
            let system = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!system.is_null(), "SQLite has a file system");
            let mut vfs = *system;
            vfs.iVersion = 2;
            vfs.szOsFile = c_int::try_from(size_of::<Open>()).expect("a few words");
            vfs.mxPathname = PATH_MAX;
            vfs.pNext = std::ptr::null_mut();
            vfs.zName = c"simulated".as_ptr();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            vfs.xAccess = Some(access);
            vfs.xFullPathname = Some(full_pathname);
            ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1);
        }
    });
}

/// What SQLite allocates for an open file.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    handle: *mut Handle,
}

struct Handle {
    host: Arc<Host>,
    file: Arc<File>,
    level: c_int,
    reserved: bool,
    pending: bool,
    exclusive: bool,
    attached: bool,
    shm_shared: u8,
    shm_exclusive: u8,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `file` was opened by [`open`] and not closed.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: by the caller; SQLite uses one file from one thread at a time.
    unsafe { &mut *(*file.cast::<Open>()).handle }
}

fn code(result: Result<(), Trouble>, failure: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(Trouble::Dead) => failure,
        Err(Trouble::Full) => ffi::SQLITE_FULL,
    }
}

/// Folder and name of a path.
unsafe fn split(path: *const c_char) -> (Arc<Host>, String) {
    // SAFETY: SQLite gives a string that ends with zero.
    let text = unsafe { CStr::from_ptr(path) }
        .to_string_lossy()
        .into_owned();
    let path = Path::new(&text);
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let name = path.file_name().unwrap_or_default();
    (Host::of(folder), name.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    out: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: `out` has room for `Open`, as announced; `path` is null for a nameless file.
    unsafe {
        (*out).pMethods = std::ptr::null();
        let (host, file) = if path.is_null() {
            (Arc::default(), Arc::default())
        } else {
            let (host, name) = split(path);
            if host.alive().is_err()
                || (flags & ffi::SQLITE_OPEN_CREATE == 0 && !host.exists(&name))
            {
                return ffi::SQLITE_CANTOPEN;
            }
            let file = host.open(&name);
            (host, file)
        };
        let handle = Box::new(Handle {
            host,
            file,
            level: ffi::SQLITE_LOCK_NONE,
            reserved: false,
            pending: false,
            exclusive: false,
            attached: false,
            shm_shared: 0,
            shm_exclusive: 0,
        });
        let open = out.cast::<Open>();
        (*open).handle = Box::into_raw(handle);
        (*open).base.pMethods = &raw const METHODS;
        if !flags_out.is_null() {
            *flags_out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    _sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite gives a string.
    let (host, name) = unsafe { split(path) };
    if !host.exists(&name) {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    }
    code(host.delete(&name), ffi::SQLITE_IOERR_DELETE)
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    _: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a string and a place for the answer.
    unsafe {
        let (host, name) = split(path);
        *out = c_int::from(host.exists(&name));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a string and `room` bytes.
    unsafe {
        let bytes = CStr::from_ptr(path).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: closed once; the box was made in `open`.
    unsafe {
        unlock(file, ffi::SQLITE_LOCK_NONE);
        shm_unmap(file, 0);
        drop(Box::from_raw((*file.cast::<Open>()).handle));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    out: *mut c_void,
    count: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: an open file; `out` has `count` bytes.
    let (handle, out) = unsafe {
        let count = usize::try_from(count).unwrap_or(0);
        (
            handle(file),
            std::slice::from_raw_parts_mut(out.cast::<u8>(), count),
        )
    };
    if handle.host.alive().is_err() {
        return ffi::SQLITE_IOERR_READ;
    }
    let there = handle
        .file
        .read(usize::try_from(at).unwrap_or(usize::MAX), out);
    if there < out.len() {
        ffi::SQLITE_IOERR_SHORT_READ
    } else {
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: an open file; `bytes` has `count` bytes.
    let (handle, bytes) = unsafe {
        let count = usize::try_from(count).unwrap_or(0);
        (
            handle(file),
            std::slice::from_raw_parts(bytes.cast::<u8>(), count),
        )
    };
    let at = usize::try_from(at).unwrap_or(0);
    code(
        handle.file.write(&handle.host, at, bytes),
        ffi::SQLITE_IOERR_WRITE,
    )
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let size = usize::try_from(size).unwrap_or(0);
    code(
        handle.file.truncate(&handle.host, size),
        ffi::SQLITE_IOERR_TRUNCATE,
    )
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.file.sync(&handle.host), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: an open file and a place for the answer.
    unsafe {
        *out = i64::try_from(handle(file).file.length()).unwrap_or(i64::MAX);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if level <= handle.level {
        return ffi::SQLITE_OK;
    }
    let mut locks = hold(&handle.file.locks);
    match level {
        ffi::SQLITE_LOCK_SHARED => {
            if locks.pending || locks.exclusive {
                return ffi::SQLITE_BUSY;
            }
            locks.shared += 1;
        }
        ffi::SQLITE_LOCK_RESERVED => {
            if locks.reserved {
                return ffi::SQLITE_BUSY;
            }
            locks.reserved = true;
            handle.reserved = true;
        }
        _ => {
            if locks.exclusive || (locks.pending && !handle.pending) {
                return ffi::SQLITE_BUSY;
            }
            locks.pending = true;
            handle.pending = true;
            if locks.shared > 1 {
                handle.level = ffi::SQLITE_LOCK_PENDING;
                return ffi::SQLITE_BUSY;
            }
            locks.exclusive = true;
            handle.exclusive = true;
        }
    }
    handle.level = level;
    ffi::SQLITE_OK
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    if level >= handle.level {
        return ffi::SQLITE_OK;
    }
    let mut locks = hold(&handle.file.locks);
    if std::mem::take(&mut handle.reserved) {
        locks.reserved = false;
    }
    if std::mem::take(&mut handle.pending) {
        locks.pending = false;
    }
    if std::mem::take(&mut handle.exclusive) {
        locks.exclusive = false;
    }
    if level == ffi::SQLITE_LOCK_NONE {
        locks.shared = locks.shared.saturating_sub(1);
    }
    handle.level = level;
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: an open file and a place for the answer.
    unsafe {
        *out = c_int::from(hold(&handle(file).file.locks).reserved);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite supposes of every disk under Unix.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file and a place for the answer. The regions are boxed and stay until the
    // last connection that looks at them is done with them.
    unsafe {
        let handle = handle(file);
        let mut shared = hold(&handle.file.shared);
        if !std::mem::replace(&mut handle.attached, true) {
            shared.attached += 1;
        }
        let region = usize::try_from(region).unwrap_or(0);
        if region >= shared.regions.len() {
            if extend == 0 {
                *out = std::ptr::null_mut();
                return ffi::SQLITE_OK;
            }
            let words = usize::try_from(size).unwrap_or(0) / size_of::<u64>();
            shared
                .regions
                .resize_with(region + 1, || vec![0_u64; words].into_boxed_slice());
        }
        *out = shared.regions[region].as_mut_ptr().cast();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let mut shared = hold(&handle.file.shared);
    let slots = first..first + count;
    let of = |slot: c_int| usize::try_from(slot).unwrap_or(0);
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        for slot in slots {
            let bit = 1_u8 << slot;
            if handle.shm_shared & bit != 0 {
                shared.readers[of(slot)] -= 1;
            }
            if handle.shm_exclusive & bit != 0 {
                shared.writer[of(slot)] = false;
            }
            handle.shm_shared &= !bit;
            handle.shm_exclusive &= !bit;
        }
        return ffi::SQLITE_OK;
    }
    let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
    for slot in slots.clone() {
        let bit = 1_u8 << slot;
        let others = shared.readers[of(slot)] - u32::from(handle.shm_shared & bit != 0);
        let taken = shared.writer[of(slot)] && handle.shm_exclusive & bit == 0;
        if taken || (exclusive && others > 0) {
            return ffi::SQLITE_BUSY;
        }
    }
    for slot in slots {
        let bit = 1_u8 << slot;
        if exclusive {
            shared.writer[of(slot)] = true;
            handle.shm_exclusive |= bit;
        } else if handle.shm_shared & bit == 0 {
            shared.readers[of(slot)] += 1;
            handle.shm_shared |= bit;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    atomic::fence(atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: an open file.
    unsafe {
        shm_lock(file, 0, ffi::SQLITE_SHM_NLOCK, ffi::SQLITE_SHM_UNLOCK);
        let handle = handle(file);
        if std::mem::take(&mut handle.attached) {
            let mut shared = hold(&handle.file.shared);
            shared.attached -= 1;
            if shared.attached == 0 {
                shared.regions.clear();
            }
        }
    }
    ffi::SQLITE_OK
}
