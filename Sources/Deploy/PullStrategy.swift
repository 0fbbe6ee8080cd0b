internal import Processes
internal import Git
internal import Synchronization

/// The strategy `pull`: `git pull --rebase` in a clone. What cannot be pulled leaves the clone as it was.
final class PullStrategy: Strategy {
    private let path: String
    /// What the clone is supposed to follow, if somebody has said.
    private let follows: RefPattern?
    private let knowledge: Mutex<Knowledge>

    private struct Knowledge {
        /// Opening takes a few git processes, so that it is done once, and again after whatever failed.
        var clone: BranchClone?
        /// What it was at the last time: a push still has to find its site when the clone is to be opened again.
        var source: Source?

        init(_ clone: BranchClone? = nil) {
            self.clone = clone
            source = clone.map { Source(repository: $0.repository, follows: RefPattern($0.upstream)) }
        }
    }

    /// The strategy for the clone at `path`, opened when it is needed.
    init(path: String, follows: RefPattern? = nil) {
        self.path = path
        self.follows = follows
        knowledge = Mutex(Knowledge())
    }

    /// The strategy for `clone`.
    init(clone: BranchClone) {
        path = clone.path
        follows = nil
        knowledge = Mutex(Knowledge(clone))
    }

    var deployed: Commit? { knowledge.withLock(\.clone)?.head }

    var source: Source? { knowledge.withLock(\.source) }

    func open(_ limits: Limits) throws { _ = try clone(limits) }

    func precheck() -> Failure? { BranchClone.precheck(at: path).map { Failure($0.message, hint: $0.hint) } }

    func lock(_ limits: Limits) throws -> any LockedSite {
        // Opened under the lock: while another process rebases, the clone is on no branch.
        let lock = try takeLock(limits)
        do {
            return try PullSession(clone(limits), lock: lock) { [self] in forget() }
        } catch {
            lock.release()
            throw error
        }
    }

    private func takeLock(_ limits: Limits) throws -> SiteLock {
        do {
            if let clone = knowledge.withLock(\.clone), clone.isInPlace {
                return try SiteLock(in: clone.gitDirectory, limits)
            }
            return try SiteLock(in: BranchClone.gitDirectory(at: path, limits), limits)
        } catch let error as CloneError {
            throw Failure(error.message, hint: error.hint)
        } catch {
            forget()
            throw error
        }
    }

    func missed(_ limits: Limits) throws -> DeploymentRecord.Target? {
        let clone = try clone(limits)
        do {
            guard let commit = try clone.remoteCommit(limits) else {
                throw Failure(
                    "the branch \(clone.upstream) is gone from the remote",
                    hint: "git -C \(clone.path) branch -vv shows what it follows")
            }
            // Commits made here may be on top of it.
            guard try !clone.contains(commit, limits) else { return nil }
            return DeploymentRecord.Target(ref: clone.upstream.ref, commit: commit)
        } catch let error as GitError {
            forget()
            throw Failure(error, in: clone.path)
        }
    }

    private func forget() { knowledge.withLock { $0.clone = nil } }

    /// The clone, opened if it is not open.
    func clone(_ limits: Limits) throws -> BranchClone {
        if let clone = knowledge.withLock(\.clone), clone.isInPlace { return clone }
        let clone: BranchClone
        do {
            clone = try BranchClone.open(at: path, limits)
        } catch {
            throw Failure(error.message, hint: error.hint)
        }
        if let follows, follows.branch != clone.upstream {
            throw Failure(
                "\(path) follows \(clone.upstream), but the site is to follow \(follows)",
                hint: "git -C \(path) switch \(follows), or branch = \"\(clone.upstream)\" for the site")
        }
        knowledge.withLock { $0 = Knowledge(clone) }
        return clone
    }
}
