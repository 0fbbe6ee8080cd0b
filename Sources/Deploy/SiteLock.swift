internal import Foundation
internal import Git

/// The right to run git in a clone, held by one process at a time: a lock on the file `bellpull.lock` in the clone's own
/// `.git`, where all processes meet that could work there, however they were started (flock(2)). The system lifts it when
/// the process ends, however that happens.
///
/// The file also remembers that a deployment is going on. If the next holder finds that note, the one before it was
/// killed, and what is half done in the clone was left by Bellpull and not by a person.
final class SiteLock {
    /// Whether the holder before this one did not come to the end of its deployment.
    let isAfterInterruption: Bool

    private let descriptor: Int32

    /// How often to try again while another process holds the lock, in microseconds.
    private static let interval: UInt32 = 20_000
    private static let note = Array("deploying\n".utf8)

    /// Waits for the lock, within `limits`, and notes that a deployment goes on.
    init(in gitDirectory: String, _ limits: Git.Limits) throws(Failure) {
        let path = "\(gitDirectory)/bellpull.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("cannot write \(path): \(String(cString: strerror(errno)))") }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                close(descriptor)
                throw Failure("another bellpull is deploying in \(gitDirectory) and did not finish in time")
            }
            usleep(Self.interval)
        }
        isAfterInterruption = lseek(descriptor, 0, SEEK_END) > 0
        pwrite(descriptor, Self.note, Self.note.count, 0)
    }

    /// Lifts the lock. The deployment has come to its end, good or bad.
    func release() {
        ftruncate(descriptor, 0)
        close(descriptor)
    }
}
