import Foundation

/// The room that is left for this user on the disk with a path.
struct FreeSpace {
    private let path: String
    /// In bytes.
    private let bytes: UInt64

    private static let scarce: UInt64 = 100 << 20
    private static let tooLittle: UInt64 = 10 << 20

    /// The room at `path`; `nil` if that cannot be told, as of what is no disk.
    init?(at path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
        self.path = path
        bytes = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// What there is to say of it, if it is little.
    func result(_ subject: String) -> CheckResult? {
        guard bytes < Self.scarce else { return nil }
        let message = "the disk with \(path) has only \(bytes >> 20) MiB left"
        let hint = "make room: df -h \(path)"
        return bytes < Self.tooLittle ? .error(subject, message, hint: hint) : .warning(subject, message, hint: hint)
    }
}
