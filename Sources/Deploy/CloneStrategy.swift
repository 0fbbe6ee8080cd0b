internal import Foundation
internal import Git
internal import Processes
internal import Text

/// A strategy for one clone. The extension below gives all such strategies one cache, one lock and one inspection.
protocol CloneStrategy: Strategy {
    associatedtype Clone: WorkingClone

    /// The clone, opened at the first use.
    var cache: CloneCache<Clone> { get }

    /// The conditions for the deployment of a push.
    var filter: DeploymentFilter { get }

    /// The parts of the site that are not in its own repository.
    var contents: ContentOptions { get }

    /// Checks that `clone` matches the site's configuration.
    func accept(_ clone: Clone) throws(Failure)

    /// Returns the origin of `clone`; `nil` if the configuration decides.
    func source(of clone: Clone) -> Source?

    /// Returns the site's commit if the announced targets need no deployment; `nil` if the remote must be asked.
    func commitWithoutWork(_ announced: [DeploymentRecord.Target]) -> Commit?

    /// Starts a deployment in `clone`.
    func session(in clone: Clone, _ context: SessionContext) -> any StrategySession

    /// Asks the remote of `clone` for the commit of the ref that the site follows.
    func newestPush(in clone: Clone, _ limits: Limits) throws -> DeploymentRecord.Target

    /// Asks the remote of `clone` for a missed push.
    func missedPush(in clone: Clone, _ limits: Limits) throws -> DeploymentRecord.Target?

    /// Whether a killed git left work in `clone` for the next deployment to undo.
    func hasLeftovers(_ clone: Clone) -> Bool

    /// Returns whether the next deployment of `clone` saves the edits of tracked files, and goes on.
    func savesEdits(in clone: Clone, _ limits: Limits) throws -> Bool

    /// Removes what the strategy keeps in `clone` for a time only. Called after a deployment.
    func tidy(_ clone: Clone, _ limits: Limits)

    /// Returns the ref that the next deployment places. Asks the remote if the site follows a pattern.
    func nextRef(of clone: Clone, _ limits: Limits) throws -> String

    /// Returns the description of `clone` for an inspection, before the inspection looks for problems.
    func describe(_ clone: Clone, _ limits: Limits) throws -> SiteInspection
}

extension CloneStrategy {
    var source: Source? { cache.source }

    var liveCommit: Commit? { cache.opened?.head ?? Clone.commit(at: cache.path) }

    func savesEdits(in clone: Clone, _ limits: Limits) -> Bool { false }

    func tidy(_ clone: Clone, _ limits: Limits) {}

    func open(_ limits: Limits) throws(Failure) { _ = try clone(limits) }

    func precheck() -> Failure? { Clone.precheck(at: cache.path).map { Failure($0.explanation) } }

    func lock(_ limits: Limits) throws(Failure) -> any LockedSite {
        // The lock comes first: while another process rebases, the clone is on no branch and cannot be opened.
        let folders = try folders(limits)
        let lock = try SiteLock(in: folders.gitDirectory, common: folders.commonDirectory, limits)
        do throws(Failure) {
            let clone = try clone(limits)
            // A person may have set another URL since the clone was opened.
            let git = try contents.lfs == true ? cache.attempt { try clone.git(largeFiles: true, limits) } : clone.git
            return LockedClone(strategy: self, clone: clone.using(git), lock: lock)
        } catch {
            lock.release()
            throw error
        }
    }

    func newestPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target {
        let clone = try clone(limits)
        do throws(Failure) {
            return try cache.attempt { try newestPush(in: clone, limits) }
        } catch {
            throw error.askingRemote(of: clone)
        }
    }

    func missedPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target? {
        let clone = try clone(limits)
        guard pin == nil else { return nil }
        do throws(Failure) {
            return try cache.attempt { try wantedPush(in: clone, limits) }
        } catch {
            throw error.askingRemote(of: clone)
        }
    }

    func inspect(_ limits: Limits) throws(Failure) -> SiteInspection {
        let clone = try clone(limits)
        var inspection = try cache.attempt { try describe(clone, limits) }
        inspection.pin = pin
        inspection.collect(in: clone, at: clone.path) { inspection in
            try inspection.readLock(in: clone.gitDirectory, common: clone.commonDirectory)
            if let path = clone.unwritablePath { throw Failure.unwritable(path, in: clone.path) }
            guard !inspection.isBeingDeployed, !inspection.isAfterInterruption else { return }
            if let stopped = clone.stoppedRebase { throw Failure(stopped) }
            inspection.isAfterInterruption = hasLeftovers(clone)
            guard try inspection.isAfterInterruption || clone.isClean(limits) || savesEdits(in: clone, limits) else {
                throw try Failure.localChanges(in: clone, ref: nextRef(of: clone, limits), limits)
            }
        }
        inspection.collect(in: clone, at: clone.path) { inspection in
            inspection.incompleteness = try clone.incompleteness(
                fetchesSubmodules: contents.submodules != nil, limits)
        }
        inspection.collect(in: clone, at: clone.path) { inspection in
            let missed = try wantedPush(in: clone, limits)
            inspection.missed = inspection.isBeingDeployed || pin != nil ? nil : missed
            inspection.remoteProtocol = try clone.remoteProtocol(limits)
        }
        inspection.collect(in: clone, at: clone.path) { inspection in
            if try clone.lacksLFS(limits) { throw Failure.noLFS }
            guard let missed = inspection.missed, clone.head != nil, try clone.hasFetched(missed.commit, limits) else {
                return
            }
            let paths = try clone.pathsInTheWay(of: missed.commit, limits)
            guard paths.isEmpty else { throw Failure.inTheWay(paths.map(\.description), in: clone.path) }
        }
        return inspection
    }

    func commit(named text: String, _ limits: Limits) throws(Failure) -> Commit {
        let clone = try clone(limits)
        guard let commit = try cache.attempt({ try clone.commit(named: text, limits) }) else {
            throw .unknownCommit(text, hint: "git -C \(clone.path.quotedForShell) log --oneline lists commits")
        }
        return commit
    }

    func contains(_ commit: Commit, in live: Commit, _ limits: Limits) throws(Failure) -> Bool {
        let clone = try clone(limits)
        return try cache.attempt { try clone.contains(commit, in: live, limits) }
    }

    /// Asks the remote of `clone` for a missed push. A push that was skipped is not missed.
    private func wantedPush(in clone: Clone, _ limits: Limits) throws -> DeploymentRecord.Target? {
        guard let missed = try missedPush(in: clone, limits) else { return nil }
        guard !filter.isEmpty, let live = clone.head, let skip = SiteLock.skip(in: clone.gitDirectory) else {
            return missed
        }
        return skip == SkipNote(missed.commit, at: live, by: filter) ? nil : missed
    }

    func stepPlace(of commit: Commit) -> StepPlace {
        StepPlace(
            folder: cache.path, isWritable: false, readable: filesOfClone, home: "\(gitDirectory)/bellpull-home",
            commit: commit,
            isRelease: false)
    }

    /// The files and folders of the work tree. A step must not read .git, whose URLs may have passwords, and not what a committed
    /// symbolic link leads to.
    private var filesOfClone: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: cache.path)) ?? []
        return names.filter { $0 != ".git" }.map { "\(cache.path)/\($0)" }.filter { path in
            var status = stat()
            return lstat(path, &status) == 0 && [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
        }
    }

    private var gitDirectory: String { cache.kept?.gitDirectory ?? "\(cache.path)/.git" }

    // MARK: Pins

    var pin: Pin? { Pin(at: "\(gitDirectory)/\(Self.pinName)") }

    func setPin(_ pin: Pin, _ limits: Limits) throws(Failure) { try pin.write(to: pinPath(limits)) }

    func removePin(_ limits: Limits) throws(Failure) -> Bool { try Pin.remove(at: pinPath(limits)) }

    private static var pinName: String { "bellpull-pinned" }

    private func pinPath(_ limits: Limits) throws(Failure) -> String {
        "\(try folders(limits).gitDirectory)/\(Self.pinName)"
    }

    /// Returns the opened clone.
    func clone(_ limits: Limits) throws(Failure) -> Clone {
        if let clone = cache.opened { return clone }
        let clone: Clone
        do throws(CloneError) {
            clone = try Clone.open(at: cache.path, limits)
        } catch {
            throw Failure(error.explanation)
        }
        return try keep(clone, limits)
    }

    private func keep(_ opened: Clone, _ limits: Limits) throws(Failure) -> Clone {
        let clone = opened.using(try cache.attempt { try opened.git(largeFiles: contents.lfs, limits) })
        try accept(clone)
        cache.keep(clone, source: source(of: clone))
        return clone
    }

    /// Returns the folders of the repository, which are known before the clone can be opened.
    private func folders(_ limits: Limits) throws(Failure) -> RepositoryFolders {
        if let clone = cache.opened { return clone.folders }
        do throws(CloneError) {
            return try Clone.folders(at: cache.path, limits)
        } catch {
            throw Failure(error.explanation)
        }
    }
}
