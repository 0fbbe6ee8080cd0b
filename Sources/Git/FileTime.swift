internal import CLinux
internal import Foundation

/// A time as the file system records it.
public struct FileTime: Comparable, Sendable, CustomStringConvertible {
    let seconds: Int
    let nanoseconds: Int

    init(_ time: timespec) {
        seconds = time.tv_sec
        nanoseconds = time.tv_nsec
    }

    /// Parses `description`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 2 else { return nil }
        (seconds, nanoseconds) = (parts[0], parts[1])
    }

    /// Reads when the open file was last written.
    public init?(writingOf descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status.st_mtim)
    }

    /// Reads when the file at `path` was last written.
    init?(writingOf path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status.st_mtim)
    }

    /// Reads when the file at `path` was created. Returns `nil` if the file system does not tell.
    init?(creationOf path: [CChar]) {
        var (seconds, nanoseconds): (Int64, UInt32) = (0, 0)
        guard linux_birth_time(path, &seconds, &nanoseconds) == 0 else { return nil }
        self.init(timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)))
    }

    /// Returns the time `seconds` before now. File systems keep time in steps of some milliseconds, so a file written
    /// right after the call is not older.
    public static func now(minus seconds: Int = 0) -> FileTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        time.tv_sec -= seconds
        return FileTime(time)
    }

    /// The seconds since 1970 and the nanoseconds, with a point in between.
    public var description: String { "\(seconds).\(nanoseconds)" }

    /// Compares two times.
    public static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
