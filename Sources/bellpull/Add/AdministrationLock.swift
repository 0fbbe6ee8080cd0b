import Foundation

/// Keeps two commands from changing the sites at once (flock(2) of the sites' folder). The system releases the lock when the
/// process ends.
enum AdministrationLock {
    /// Runs `body` with the lock, after whatever killed commands have left was undone. `body` receives the configuration as it is
    /// since nobody else can change it.
    ///
    /// - Throws: an error if another command has the lock, or an error of `body`.
    static func hold<Result>(_ administration: Administration, _ body: (Administration) throws -> Result) throws
        -> Result
    {
        let folder = administration.sitesFolder
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandError(.failure, "cannot open \(folder): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError(
                .failure, "another bellpull is adding or removing a site",
                hint: "wait for its end, then run the command again")
        }
        Journal.recover(administration)
        return try body(administration.reread())
    }
}
