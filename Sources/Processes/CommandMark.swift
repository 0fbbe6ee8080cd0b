internal import CLinux
internal import Foundation

/// A mark in the environment of commands: names the resource that the commands work on and the program that started
/// them. Children inherit the mark, also after setsid(2).
///
/// If the program is killed alone, its commands run on. The next program finds such orphans by the mark, and ends them
/// before it touches the resource.
public struct CommandMark: Sendable {
    /// The name of the variable.
    static let variable = "BELLPULL_COMMAND"

    /// The resource, such as the device and the inode of a folder.
    private let resource: String

    /// Creates the mark for commands that work on the file or folder at `path`. Returns `nil` if there is none.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        resource = "\(status.st_dev):\(status.st_ino)"
    }

    /// The variable for the environment of a command.
    public var variables: [String: String] {
        guard let program = ProcessIdentity.current else { return [:] }
        return [Self.variable: "\(resource) \(program.number) \(program.start)"]
    }

    /// Ends the orphans: SIGTERM, and SIGKILL after 2 s. Returns false if an orphan is still there at the deadline.
    public func endOrphans(_ limits: Limits) -> Bool {
        for signal in [SIGTERM, SIGKILL] {
            let deadline = ContinuousClock.now + .seconds(2)
            repeat {
                let orphans = orphans()
                if orphans.isEmpty { return true }
                for orphan in orphans { send(signal, to: orphan) }
                usleep(10_000)
            } while deadline > .now && limits.deadline > .now && !limits.cancellation.isCancelled
        }
        return orphans().isEmpty
    }

    /// Finds the running processes with the mark whose program is gone.
    private func orphans() -> [Int32] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter(isOrphan)
    }

    /// Reads the environment of the process. Another user's environment cannot be read, so another user's process is
    /// never an orphan.
    private func isOrphan(_ process: Int32) -> Bool {
        let prefix = Array("\(Self.variable)=\(resource) ".utf8)
        guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ"),
            let mark = environment.split(separator: 0).first(where: { $0.starts(with: prefix) })
        else { return false }
        let numbers = String(decoding: mark.dropFirst(prefix.count), as: UTF8.self).split(separator: " ")
        guard numbers.count == 2, let number = Int32(numbers[0]), let start = UInt64(numbers[1]) else { return false }
        return ProcessIdentity(number) != ProcessIdentity(number: number, start: start)
    }

    /// Sends the signal through a descriptor of the process: the number alone may belong to another process by now.
    private func send(_ signal: Int32, to process: Int32) {
        let descriptor = linux_pidfd_open(process)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if isOrphan(process) { _ = linux_pidfd_send_signal(descriptor, signal) }
    }
}
