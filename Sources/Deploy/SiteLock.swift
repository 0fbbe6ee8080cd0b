internal import Foundation
internal import Git
internal import Processes

/// The right to run git in a clone, held by one process at a time: a lock on the file `bellpull.lock` in the clone's
/// `.git` folder (flock(2)). All processes working in the clone meet at the lock, however they were started. The system
/// releases the lock when the process ends, for whatever reason.
///
/// The file also records the upstream's commit at the last deployment, and whether a deployment is in progress:
///
///     free ── lock ──→ held ── noteBeginning ──→ held, deploying ── noteEnd ──→ held ── release ──→ free
///                                                      └─ killed ──→ free, deploying = after an interruption
///
/// If the next holder finds `deploying`, Bellpull left the clone half changed, and not a person.
final class SiteLock {
    /// The state of a lock as seen without taking the lock.
    enum State {
        /// No process holds the lock.
        case free
        /// A process holds the lock: a deployment is running.
        case held
        /// No process holds the lock, and the last deployment was interrupted.
        case afterInterruption
    }

    /// Whether the previous deployment was interrupted.
    let isAfterInterruption: Bool
    /// The upstream's commit at the last deployment.
    let lastUpstream: Commit?

    private let descriptor: Int32

    /// How long to sleep between two tries while another process holds the lock, in microseconds.
    private static let interval: UInt32 = 20_000
    private static let note = "deploying"

    /// Waits for the lock, within `limits`.
    init(in gitDirectory: String, _ limits: Limits) throws(Failure) {
        let path = Self.path(in: gitDirectory)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path, because: errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                close(descriptor)
                throw Failure("another bellpull is deploying in \(gitDirectory) and did not finish in time")
            }
            usleep(Self.interval)
        }
        isAfterInterruption = Self.isNoted(in: descriptor)
        lastUpstream = Self.lines(of: descriptor).first.flatMap { Commit($0) }
    }

    /// Returns the state of the lock in `gitDirectory` without waiting or creating the file.
    ///
    /// - Throws: `Failure` if the user could not take the lock.
    static func state(in gitDirectory: String) throws(Failure) -> State {
        let path = path(in: gitDirectory)
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .cannotWrite(path, because: errno) }
            return .free
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return .held }
        return isNoted(in: descriptor) ? .afterInterruption : .free
    }

    /// Records the start of changes to the clone.
    func noteBeginning() { write((lastUpstream.map { "\($0)\n" } ?? "") + "\(Self.note)\n") }

    /// Records the end of changes to the clone.
    ///
    /// - Parameter upstream: the upstream's commit, if the deployment succeeded.
    func noteEnd(deployed upstream: Commit? = nil) { write((upstream ?? lastUpstream).map { "\($0)\n" } ?? "") }

    /// Releases the lock.
    func release() { close(descriptor) }

    /// Overwrites the text before truncating the file, so a note is never lost in between.
    private func write(_ text: String) {
        pwrite(descriptor, text, text.utf8.count, 0)
        ftruncate(descriptor, off_t(text.utf8.count))
    }

    private static func path(in gitDirectory: String) -> String { "\(gitDirectory)/bellpull.lock" }

    private static func isNoted(in descriptor: Int32) -> Bool { lines(of: descriptor).contains { $0 == note } }

    private static func lines(of descriptor: Int32) -> [Substring] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
    }
}

extension Failure {
    /// The system refuses to open the lock at `path` for writing.
    fileprivate static func cannotWrite(_ path: String, because reason: Int32) -> Failure {
        Failure(
            "cannot write \(path): \(String(cString: strerror(reason)))",
            hint: "ls -l \(path) shows the owner; chown the file to the user bellpull runs as, or remove it")
    }
}
