import Foundation

/// The free space, for this user, on the file system of a path.
struct FreeSpace {
    private let path: String
    private let bytes: UInt64

    private static let warningLimit: UInt64 = 100 << 20
    private static let errorLimit: UInt64 = 10 << 20

    /// Reads the free space at `path`; `nil` if it is unknown, as on procfs.
    init?(at path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
        self.path = path
        bytes = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Returns a warning below 100 MiB, an error below 10 MiB, and otherwise `nil`.
    func result(_ subject: String) -> CheckResult? {
        guard bytes < Self.warningLimit else { return nil }
        let message = "the file system of \(path) has only \(bytes >> 20) MiB left"
        let hint = "df -h \(path), then free at least \(Self.warningLimit >> 20) MiB"
        return bytes < Self.errorLimit ? .error(subject, message, hint: hint) : .warning(subject, message, hint: hint)
    }
}
