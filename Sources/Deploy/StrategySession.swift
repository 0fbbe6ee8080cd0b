internal import Git
internal import Processes

/// One deployment in a locked clone. `LockedClone` calls the methods in the order below.
protocol StrategySession: AnyObject {
    /// The commit of the clone; `nil` if its files do not tell.
    var head: Commit? { get }

    /// Removes the remains of an interrupted deployment.
    func recover() throws(Failure)

    /// Decides on the destination of the site, and checks that going there loses nothing.
    func resolve(_ order: Order) throws(Failure) -> Destination

    /// Whether `place` must run although the clone is at the destination: there are edits to discard.
    var hasEdits: Bool { get }

    /// What a person should know about a deployment that succeeded; `nil` for nothing.
    var note: String? { get }

    /// Fetches the destination from the remote, unless `place` does.
    func fetch(_ destination: Destination) throws(Failure)

    /// Returns the change that `place` would make, for the filter. Fetches the destination if `fetch` has not. Returns `nil`
    /// if the filter does not matter: the site has no commit yet, or has the commit of the remote.
    func change(to destination: Destination) throws(Failure) -> Change?

    /// Returns the commit of the remote that `place` brings, fetched. `nil` if there is none.
    func incomingCommit(_ destination: Destination) throws(Failure) -> Commit?

    /// Brings the work tree to the destination.
    func place(_ destination: Destination) throws(Failure)

    /// Verifies that the work tree is at the destination, exactly and completely.
    func verify(_ destination: Destination) throws(Failure) -> Placement

    /// Compares the announced targets with what the remote showed in this deployment.
    func compare(_ announcements: Announcements) throws(Failure) -> Announcements.Verdict

    /// Restores the clone to its state before a failed `place` or `verify`.
    func restore() throws(Failure)
}

extension StrategySession {
    var hasEdits: Bool { false }

    var note: String? { nil }

    func incomingCommit(_ destination: Destination) -> Commit? { destination.commit }
}

/// The tools of every session.
struct SessionContext {
    let lock: SiteLock
    let limits: Limits
    let transcript: Transcript

    /// How long `restore` may take after the deployment's time is up.
    static let restoreTimeout = Duration.seconds(30)
}

/// Where a deployment brings a site.
struct Destination: Equatable {
    /// The full name of the remote's ref; `nil` for a commit ordered by name.
    var ref: String?
    /// The commit; `nil` if only the fetch tells.
    var commit: Commit?
}

/// What a deployment would change.
struct Change: Equatable {
    /// The commit of the remote that the site is at; `nil` if unknown.
    let old: Commit?
    /// The commit of the remote to be placed.
    let new: Commit
}

/// Where a deployment has brought a site.
struct Placement: Equatable {
    /// The commit seen by visitors.
    let live: Commit
    /// The commit of the remote below `live`. Differs from `live` if the clone has commits of its own.
    let upstream: Commit?
    /// Whether the verification itself moved the clone, after `place` had ended.
    var isMovedAgain = false
}
