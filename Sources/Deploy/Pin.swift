public import Foundation
public import Git

/// An order to stay at a commit: a later push is recorded, but does not go live until the pin is removed.
///
/// The pin is a file beside the site, so that it outlives the ledger, reloads and restarts.
public struct Pin: Codable, Sendable, Equatable, CustomStringConvertible {
    /// The commit to stay at.
    private let commitName: String
    /// The release to stay at; `nil` for a site without releases.
    public let release: String?
    /// Who asked for the pin.
    public let user: String
    /// Why; `nil` if the person did not say.
    public let reason: String?
    /// When the pin was set, in whole seconds since 1970.
    public let time: Int

    private enum CodingKeys: String, CodingKey {
        case commitName = "commit"
        case release, user, reason, time
    }

    /// Creates a pin.
    public init(at commit: Commit, release: String? = nil, by user: String, reason: String?, time: Date = Date()) {
        commitName = commit.description
        self.release = release
        self.user = user
        self.reason = reason
        self.time = Int(time.timeIntervalSince1970)
    }

    /// The commit to stay at; `nil` if the file was damaged: the site then stays where it is.
    public var commit: Commit? { Commit(commitName) }

    /// What stands for a file that cannot be read.
    private static let damaged = Pin(commitName: "", release: nil, user: "an unreadable file", reason: nil, time: 0)

    private init(commitName: String, release: String?, user: String, reason: String?, time: Int) {
        self.commitName = commitName
        (self.release, self.user, self.reason, self.time) = (release, user, reason, time)
    }

    /// Such as `pinned at 1a2b3c by alice: broken footer`.
    public var description: String {
        let place = commit.map { " at \($0.short)" } ?? ""
        return "pinned\(place) by \(user)" + (reason.map { ": \($0)" } ?? "")
    }

    /// Such as `rolled back by alice: broken footer`, for the history.
    package var rollbackNote: String { "rolled back by \(user)" + (reason.map { ": \($0)" } ?? "") }

    // MARK: The file

    /// Reads the pin at `path`. Returns `nil` if there is no file. A file that cannot be read is a pin, too: a site that a
    /// person pinned must not move because of a damaged file.
    init?(at path: String) {
        guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let json = FileManager.default.contents(atPath: path)
        self = json.flatMap { try? JSONDecoder().decode(Pin.self, from: $0) } ?? Self.damaged
    }

    /// Writes the pin to `path`, and waits until it is on the disk.
    func write(to path: String) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile(path).write((try? encoder.encode(self)) ?? Data())
    }

    /// Removes the pin at `path`. Returns whether there was one.
    static func remove(at path: String) throws(Failure) -> Bool {
        guard unlink(path) == 0 else {
            guard errno != ENOENT else { return false }
            throw Failure("cannot remove \(path): \(String(cString: strerror(errno)))")
        }
        try AtomicFile(path).synchronizeFolder()
        return true
    }
}
