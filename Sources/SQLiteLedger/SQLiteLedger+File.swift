internal import Deploy
internal import Foundation

extension SQLiteLedger {
    /// Does `body` while no other process does: of two that find no tables, one would fail to make them. They meet at the
    /// folder (flock(2)); one that hangs there is not waited for.
    func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { Foundation.close(descriptor) } }
        let deadline = ContinuousClock.now + .milliseconds(Self.tries)
        while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, deadline > .now { usleep(5000) }
        return try body()
    }

    /// Makes the file, if it is not there, so that only its owner can read it: it tells who pushed what.
    ///
    /// One that is there is not opened, as to close it again would take from it the locks that SQLite has there
    /// (sqlite.org/howtocorrupt.html, "Posix advisory locks canceled by a separate thread doing close()").
    func makeFile() throws(LedgerError) {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor < 0 else {
            Foundation.close(descriptor)
            return
        }
        guard errno == EEXIST else { throw LedgerError(cannotOpen: path, because: errno) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw LedgerError(cannotOpen: path, because: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw LedgerError(cannotOpen: path, because: EISDIR) }
        guard access(path, R_OK | W_OK) == 0 else { throw LedgerError(cannotOpen: path, because: errno) }
    }
}
