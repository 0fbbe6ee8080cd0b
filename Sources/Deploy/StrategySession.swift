internal import Git
internal import Processes

/// One deployment in a locked clone. `LockedClone` calls the methods in this order.
protocol StrategySession: AnyObject {
    /// The commit that the clone is at; `nil` if its files do not tell.
    var head: Commit? { get }

    /// Removes what an interrupted deployment left behind.
    func recover() throws(Failure)

    /// Decides where the site should be, and checks that going there loses nothing.
    func resolve(_ order: Order) throws(Failure) -> Destination

    /// Fetches the destination from the remote, unless `place` does.
    func fetch(_ destination: Destination) throws(Failure)

    /// Brings the work tree to the destination.
    func place(_ destination: Destination) throws(Failure)

    /// Verifies that the work tree is at the destination, exactly and completely.
    func verify(_ destination: Destination) throws(Failure) -> Placement

    /// Puts the clone back to its state before a `place` or `verify` that failed.
    func restore() throws(Failure)
}

/// What every session works with.
struct SessionContext {
    let lock: SiteLock
    let limits: Limits
    let transcript: Transcript

    /// How long `restore` may take when the time of the deployment is up.
    static let restoreTimeout = Duration.seconds(30)
}

/// Where a deployment brings a site.
struct Destination: Equatable {
    /// The full name of the remote's ref; `nil` for a commit that was ordered by name.
    var ref: String?
    /// The commit; `nil` if only the fetch tells.
    var commit: Commit?
}

/// Where a deployment has brought a site.
struct Placement: Equatable {
    /// The commit that visitors get.
    let live: Commit
    /// The commit of the remote below it. Differs from `live` where the clone has commits of its own.
    let upstream: Commit?
}

extension GitError {
    /// Whether the command was ended before git could finish or undo its work.
    var isCutShort: Bool {
        if case .exited = termination { false } else { true }
    }
}
