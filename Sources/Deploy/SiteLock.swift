internal import Processes
internal import Foundation
internal import Git

/// The right to run git in a clone, held by one process at a time: a lock on the file `bellpull.lock` in the clone's own
/// `.git`, where all processes meet that could work there, however they were started (flock(2)). The system lifts it when
/// the process ends, however that happens.
///
/// The file also remembers which commit of the upstream was deployed last, and that a deployment is going on. If the next
/// holder finds that note, the one before it was killed, and what is half done in the clone was left by Bellpull and not
/// by a person.
final class SiteLock {
    /// Whether a deployment before this one did not come to its end.
    let isAfterInterruption: Bool
    /// Where the upstream was at the last deployment.
    let lastUpstream: Commit?

    private let descriptor: Int32

    /// How often to try again while another process holds the lock, in microseconds.
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

    /// Notes that from now on what is half done is Bellpull's.
    func noteBeginning() { write((lastUpstream.map { "\($0)\n" } ?? "") + "\(Self.note)\n") }

    /// Takes that back: nothing is half done.
    ///
    /// - Parameter upstream: where the upstream now is, if that was deployed.
    func noteEnd(deployed upstream: Commit? = nil) { write((upstream ?? lastUpstream).map { "\($0)\n" } ?? "") }

    /// Lifts the lock.
    func release() { close(descriptor) }

    /// Writes over what is there before it cuts off the rest, so that a note is not lost in between.
    private func write(_ text: String) {
        pwrite(descriptor, text, text.utf8.count, 0)
        ftruncate(descriptor, off_t(text.utf8.count))
    }

    /// Where the lock of the clone with this `.git` is.
    static func path(in gitDirectory: String) -> String { "\(gitDirectory)/bellpull.lock" }

    /// Whether it is noted that a deployment goes on.
    static func isNoted(in descriptor: Int32) -> Bool { lines(of: descriptor).contains { $0 == note } }

    private static func lines(of descriptor: Int32) -> [Substring] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
    }
}

extension Failure {
    /// The system does not let the lock at `path` be written.
    static func cannotWrite(_ path: String, because reason: Int32) -> Failure {
        Failure(
            "cannot write \(path): \(String(cString: strerror(reason)))",
            hint: "ls -l \(path); it belongs to the user bellpull runs as, or is removed")
    }
}
