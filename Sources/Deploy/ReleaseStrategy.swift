internal import Foundation
internal import Git
internal import Processes
internal import Synchronization
internal import Text

/// The strategy `release`: lays out each commit in a folder of its own, and makes it live by one rename(2) of a symbolic
/// link. Visitors never see a release that is not complete.
final class ReleaseStrategy: Strategy {
    let folder: ReleaseFolder
    let pattern: RefPattern
    let options: ReleaseOptions
    let filter: DeploymentFilter
    let contents: ContentOptions
    /// Gives folders back that a killed step left, also after the steps were removed from the site's file.
    private let fence: StepFence?

    private struct State {
        var repository: BareRepository?
        /// The live release, as last read.
        var live: (name: String, commit: Commit)?
    }

    private let state = Mutex(State())

    /// Creates the strategy for the folder at `path`. The repository is opened at the first use.
    init(
        path: String, pattern: RefPattern, options: ReleaseOptions, filter: DeploymentFilter = DeploymentFilter(),
        contents: ContentOptions = ContentOptions(), fence: StepFence? = nil
    ) {
        folder = ReleaseFolder(path: path)
        self.pattern = pattern
        self.options = options
        self.filter = filter
        self.contents = contents
        self.fence = fence
    }

    /// Removes an unfinished release, also if a killed step has left its folders with the step's user.
    func removeUnfinished(_ name: String) {
        folder.finishRemoval(of: name)
        let path = folder.unfinishedFolder(of: name)
        guard access(path, F_OK) == 0, let fence, (try? fence.runner.reclaim(path)) != nil else { return }
        folder.finishRemoval(of: name)
    }

    // MARK: What files tell

    var knownCommit: Commit? { liveCommit }

    var liveCommit: Commit? {
        guard let name = folder.liveName else { return nil }
        if let live = state.withLock(\.live), live.name == name, access(folder.folder(of: name), F_OK) == 0 {
            return live.commit
        }
        guard let live = folder.release(name) else { return nil }
        state.withLock { $0.live = (name, live.commit) }
        return live.commit
    }

    var source: Source? { nil }

    var releases: [Release] { folder.all }

    var liveRelease: String? { folder.liveName }

    var hasReleases: Bool { true }

    var previousRelease: Release? { folder.previous() }

    func commit(named text: String, _ limits: Limits) throws(Failure) -> Commit {
        let repository = try repository(limits)
        guard let commit = try attempt({ try repository.commit(named: text, limits) }) else {
            throw .unknownCommit(text, hint: "\(ServiceUnit.current.command) releases lists the releases")
        }
        return commit
    }

    func contains(_ commit: Commit, in live: Commit, _ limits: Limits) throws(Failure) -> Bool {
        let repository = try repository(limits)
        return try attempt { try repository.contains(commit, in: live, limits) }
    }

    func precheck() -> Failure? {
        if let obstacle = folder.obstacle() { return obstacle }
        guard access(folder.repository, F_OK) != 0, options.remote == nil else { return nil }
        return cloneToConvert == nil ? noRepository : nil
    }

    var noRepository: Failure {
        Failure(
            "\(folder.path) has neither releases nor a clone, and the site has no remote to clone from",
            hint: "write remote = \"git@host:owner/name.git\" in the site's file")
    }

    /// The clone that stood at the path before the site had releases.
    var cloneToConvert: String? { access("\(folder.path)/.git", F_OK) == 0 ? folder.path : nil }

    // MARK: The repository

    func open(_ limits: Limits) throws(Failure) {
        if let obstacle = folder.obstacle() { throw obstacle }
        if access(folder.repository, F_OK) == 0 { _ = try repository(limits) }
    }

    /// Returns the opened repository.
    func repository(_ limits: Limits) throws(Failure) -> BareRepository {
        if let repository = state.withLock(\.repository), repository.isInPlace { return repository }
        return try attempt {
            var repository = try BareRepository(at: folder.repository, of: folder.path, limits)
            if contents.lfs == true, !repository.git.hasLargeFiles { throw Failure.noLFS }
            repository = repository.using(try repository.git(largeFiles: contents.lfs, limits))
            keep(repository)
            return repository
        }
    }

    /// Returns whether the release `name` lacks submodules or files in git-lfs that the site's file asks for since.
    func isIncomplete(_ name: String?, _ limits: Limits) -> Bool {
        guard contents.submodules != nil || contents.lfs == true, let name, let repository = try? repository(limits)
        else { return false }
        return ReleaseTree(repository, name: name, in: folder.folder(of: name))
            .isIncomplete(fetchesSubmodules: contents.submodules != nil)
    }

    /// Keeps `repository` for later calls.
    func keep(_ repository: BareRepository?) { state.withLock { $0.repository = repository } }

    /// Runs `body` and explains its error. An error of git closes the repository.
    func attempt<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do {
            return try body()
        } catch let error as LinkError {
            throw Failure(error.explanation)
        } catch {
            let repository = state.withLock(\.repository)
            if error is GitError { keep(nil) }
            throw Failure(error, in: folder.repository, repository)
        }
    }

    func lock(_ limits: Limits) throws(Failure) -> any LockedSite {
        try folder.create()
        return LockedReleases(strategy: self, lock: try SiteLock(in: folder.path, limits))
    }

    func stepPlace(of commit: Commit) -> StepPlace {
        let live = folder.live
        let previous = folder.previous()
        return StepPlace(
            folder: live.map { folder.folder(of: $0.name) } ?? folder.path, isWritable: false, home: folder.cache,
            shared: folder.shared, commit: commit, ref: live?.ref, previousCommit: previous?.commit,
            previousRelease: previous.map { folder.folder(of: $0.name) }, isRelease: live != nil)
    }

    // MARK: Questions

    func newestPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target {
        guard access(folder.repository, F_OK) == 0 else {
            guard let first = try missedFirstPush(limits) else {
                throw Failure(Explanation("the remote has no \(pattern.ref)"), isMissingRef: true)
            }
            return first
        }
        let repository = try repository(limits)
        let latest = try attempt { try repository.newest(pattern, limits) }
        guard let latest else { throw .noMatch(pattern, in: repository) }
        return DeploymentRecord.Target(ref: latest.ref, commit: latest.commit)
    }

    func missedPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target? {
        guard access(folder.repository, F_OK) == 0 else {
            return try missedFirstPush(limits)
        }
        let latest = try newestPush(limits)
        // While the site is pinned, a newer commit is laid out.
        let present = pin == nil ? liveCommit : folder.all.first?.commit
        guard latest.commit != present, latest.commit != liveCommit else { return nil }
        guard pin == nil || !folder.all.contains(where: { $0.commit == latest.commit }) else { return nil }
        // A push that was skipped is not missed. Nor is one whose release was taken back: it would fail again.
        if let present, let skip = SiteLock.skip(in: folder.path) {
            let reasons = [
                filter.isEmpty ? nil : SkipNote(latest.commit, at: present, by: filter),
                SkipNote(latest.commit, at: present, because: SkipNote.health),
            ]
            if reasons.contains(skip) { return nil }
        }
        return latest
    }

    /// Nothing was deployed yet. The first deployment creates the repository, and asks the remote.
    private func missedFirstPush(_ limits: Limits) throws(Failure) -> DeploymentRecord.Target? {
        guard let path = cloneToConvert else {
            if let obstacle = folder.obstacle() { throw obstacle }
            guard let url = options.remote else { throw noRepository }
            let latest = try attempt {
                try Git(in: folder.path, mark: CommandMark(path: folder.path)).refs(matching: pattern, of: url, limits)
                    .first
            }
            return latest.map { DeploymentRecord.Target(ref: $0.ref, commit: $0.commit) }
        }
        do {
            let clone = try DetachedClone.open(at: path, limits)
            let latest = try clone.newest(pattern, limits)
            return latest.map { DeploymentRecord.Target(ref: $0.ref, commit: $0.commit) }
        } catch let error as CloneError {
            throw Failure(error.explanation)
        } catch {
            throw Failure(error, in: path)
        }
    }

    func inspect(_ limits: Limits) throws(Failure) -> SiteInspection {
        if let problem = precheck() { throw problem }
        guard access(folder.repository, F_OK) == 0 else {
            return SiteInspection(repository: nil, follows: pattern, commit: liveCommit)
        }
        let repository = try repository(limits)
        let name = try attempt { try repository.repository(limits) }
        var inspection = SiteInspection(repository: name, follows: pattern, commit: liveCommit)
        inspection.pin = pin
        inspection.collect(in: repository, at: folder.repository) { inspection in
            try inspection.readLock(in: folder.path, common: folder.path)
            if let path = repository.unwritablePath { throw Failure.unwritable(path, in: folder.repository) }
            if let name = folder.liveName, folder.release(name) == nil {
                throw Failure(
                    "\(folder.current) leads to the release \(name), which is not there",
                    hint: "the next deployment lays out a release; or \(ServiceUnit.current.command) rollback")
            }
        }
        inspection.collect(in: repository, at: folder.repository) { inspection in
            guard let name = folder.liveName else { return }
            inspection.incompleteness = try ReleaseTree(repository, name: name, in: folder.folder(of: name))
                .incompleteness(fetchesSubmodules: contents.submodules != nil, limits)
        }
        inspection.collect(in: repository, at: folder.repository) { inspection in
            let missed = try missedPush(limits)
            inspection.missed = inspection.isBeingDeployed ? nil : missed
            inspection.remoteProtocol = try repository.remoteProtocol(limits)
            guard missed == nil, pin == nil, let live = liveCommit, let skip = SiteLock.skip(in: folder.path),
                skip == SkipNote(skip.commit, at: live, because: SkipNote.health)
            else { return }
            inspection.takenBack = skip.commit
        }
        return inspection
    }

    // MARK: Pins

    var pin: Pin? { Pin(at: folder.pin) ?? (access(folder.repository, F_OK) == 0 ? nil : pinOfClone) }

    /// The pin of the clone that stood at the path before the site had releases.
    var pinOfClone: Pin? { Pin(at: "\(folder.path)/.git/bellpull-pinned") }

    func setPin(_ pin: Pin, _ limits: Limits) throws(Failure) { try pin.write(to: folder.pin) }

    func removePin(_ limits: Limits) throws(Failure) -> Bool { try Pin.remove(at: folder.pin) }
}
