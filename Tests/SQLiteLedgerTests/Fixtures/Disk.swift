import TestSupport
import Foundation
import Git

/// A very small disk (tmpfs(5)).
struct Disk {
    private let path: String

    /// Whether the process may mount a disk, and has the commands.
    static let canBeMade: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder.make() else { return false }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return (try? mounted(at: folder) { _ in }) != nil
    }()

    /// Lets `body` use a disk of 1 MiB, mounted over the folder at `path`.
    static func mounted(at path: String, _ body: (Disk) throws -> Void) throws {
        try mount("-t tmpfs -o size=1m tmpfs", path)
        defer { _ = try? Shell.run("umount --lazy '\(path)'") }
        try body(Disk(path: path))
    }

    /// Mounts the disk again with the given option, such as `ro`.
    func remount(_ option: String) throws { try Self.mount("-o remount,\(option)", path) }

    /// Fills the disk.
    func fill() { _ = try? Shell.run("cat /dev/zero > '\(path)/filling'") }

    /// Makes room on the disk again.
    func makeRoom() throws { try FileManager.default.removeItem(atPath: "\(path)/filling") }

    private static func mount(_ options: String, _ path: String) throws {
        guard try Shell.run("mount \(options) '\(path)'").isSuccess else { throw CocoaError(.fileWriteNoPermission) }
    }
}
