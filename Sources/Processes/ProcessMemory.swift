internal import CLinux

/// The memory of this process.
public enum ProcessMemory {
    /// Returns unused memory of the heap to the system (malloc_trim(3)). Takes about a millisecond; call when a phase
    /// that needed more memory has ended.
    public static func trim() { malloc_trim(0) }
}
