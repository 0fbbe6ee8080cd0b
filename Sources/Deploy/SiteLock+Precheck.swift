internal import Foundation

extension SiteLock {
    /// What the lock tells somebody who does not take it.
    enum Precheck {
        /// Nobody has it.
        case free
        /// A process has it: a deployment goes on.
        case held
        /// Nobody has it, and the last deployment did not come to its end.
        case afterInterruption
    }

    /// Looks at the lock in `gitDirectory`, without waiting and without making it.
    ///
    /// - Throws: `Failure` if this user could not take it.
    static func precheck(in gitDirectory: String) throws(Failure) -> Precheck {
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
}
