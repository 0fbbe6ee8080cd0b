internal import CLinux

/// The memory of this process.
public enum ProcessMemory {
    /// Returns unused memory of the heap to the system (malloc_trim(3)), and the pages of code that ran only until now
    /// (madvise(2), `MADV_DONTNEED`): code that is still needed comes back from the kernel's cache. Takes about a millisecond;
    /// call when a phase that needed more memory has ended.
    public static func trim() {
        malloc_trim(0)
        linux_release_code()
    }
}
