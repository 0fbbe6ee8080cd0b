internal import Foundation
internal import Git
internal import Processes
internal import Text

/// One deployment of a site with releases. The caller holds the site's lock.
final class ReleaseSession {
    private let strategy: ReleaseStrategy
    private let lock: SiteLock
    private let limits: Limits
    private let transcript: Transcript
    private var folder: ReleaseFolder { strategy.folder }
    private var pattern: RefPattern { strategy.pattern }

    /// The refs of the remote that match the pattern, the highest version first, if the pattern matches several.
    private var listed: [RemoteRef] = []
    /// The commit of the followed ref as fetched before, if the site follows one branch.
    private var fetchedBefore: Commit?
    /// What else a person should know.
    private(set) var notes: [String] = []
    /// The remedy if the forge redirected git to another URL.
    private(set) var move: String?

    init(_ strategy: ReleaseStrategy, _ lock: SiteLock, _ limits: Limits, _ transcript: Transcript) {
        self.strategy = strategy
        self.lock = lock
        self.limits = limits
        self.transcript = transcript
    }

    /// Returns the site's commit if the announced targets need no deployment.
    ///
    /// A pattern may match another ref with a higher version, so the remote is asked.
    func commitWithoutWork(_ announced: [DeploymentRecord.Target]) -> Commit? {
        guard pattern.branch != nil, let live = strategy.liveCommit, !announced.isEmpty,
            announced.allSatisfy({ $0.commit == live })
        else { return nil }
        return live
    }

    /// Deploys, and tries once more with a new repository if git finds the repository damaged.
    ///
    /// - Parameter isFiltered: whether the filter may skip the commit.
    func deploy(_ order: Order, isFiltered: Bool) throws(Failure) -> DeploymentResult {
        if let result = try goBack(order) { return result }
        var repository = try prepare()
        do {
            return try deploy(order, isFiltered, in: repository)
        } catch {
            guard let damage = error as? GitError, damage.isOfDamage, !limits.cancellation.isCancelled else {
                throw failure(error, repository)
            }
            transcript.note("bellpull: \(folder.repository) is damaged and is cloned anew: \(damage)")
            repository = try replace(repository)
        }
        do {
            let result = try deploy(order, isFiltered, in: repository)
            notes.append("the damaged repository was cloned anew; the old one is \(folder.repository).damaged")
            return result
        } catch {
            throw failure(error, repository)
        }
    }

    /// Goes back to a complete release. Needs no git: it is fast, and works with a damaged repository. Returns `nil` if there
    /// is no such release.
    private func goBack(_ order: Order) throws(Failure) -> DeploymentResult? {
        guard case .place(let commit) = order, let pin = strategy.pin, pin.commit == commit, let name = pin.release,
            let release = folder.release(name), release.commit == commit
        else { return nil }
        let live = folder.live
        guard live?.name != name else { return .unchanged(commit) }
        try goLive(release, from: live, isRollback: true)
        return .deployed(commit)
    }

    private func failure(_ error: any Error, _ repository: BareRepository) -> Failure {
        if let error = error as? LinkError { return Failure(error.explanation) }
        if error is GitError { strategy.keep(nil) }
        return Failure(error, in: folder.repository, repository)
    }

    private func deploy(
        _ order: Order, _ isFiltered: Bool, in repository: BareRepository
    ) throws -> DeploymentResult {
        removeUnfinished(in: repository)
        let (commit, ref) = try target(of: order, in: repository)
        let pin = strategy.pin
        if case .place = order {
            guard let pin, pin.commit == commit else {
                return .skipped("the site is no longer pinned at \(commit.short)")
            }
        }
        let live = folder.live
        let wanted = order == .follow ? nil : pin?.release
        if let live, live.commit == commit, wanted == nil || wanted == live.name {
            return pin == nil || order != .follow ? .unchanged(commit) : .pinned("\(pin?.description ?? "")")
        }
        let present = pin == nil ? live : folder.all.first
        if isFiltered, let present, let reason = reasonToSkip(commit, at: present.commit, in: repository) {
            return .skipped(reason)
        }
        let release = try existing(commit, named: wanted, repository, order) ?? layOut(commit, ref, in: repository)
        // A rollback writes its pin first, and then waits for the lock.
        if order == .follow, let pin = strategy.pin {
            return .pinned("\(pin); \(commit.short) is laid out and waits for bellpull unpin")
        }
        try goLive(release, from: live, isRollback: order != .follow)
        return .deployed(commit)
    }

    /// Returns why the filter skips `commit`, and notes the skipped commit; `nil` if the site is to be deployed.
    private func reasonToSkip(_ commit: Commit, at present: Commit, in repository: BareRepository) -> String? {
        guard !strategy.filter.isEmpty,
            let reason = strategy.filter.reasonToSkip(from: present, to: commit, in: repository.git, limits)
        else { return nil }
        lock.note(SkipNote(commit, at: present, by: strategy.filter))
        return reason
    }

    /// Removes the releases that a killed process has neither completed nor removed.
    private func removeUnfinished(in repository: BareRepository) {
        for name in folder.unfinishedNames {
            try? repository.release(name, limits)
            guard !limits.cancellation.isCancelled else { return }
            ReleaseTree(repository, name: name, in: folder.unfinishedFolder(of: name)).removeIndex()
            folder.finishRemoval(of: name)
        }
    }

    // MARK: Which commit

    private func target(of order: Order, in repository: BareRepository) throws -> (Commit, ref: String?) {
        if case .place(let commit) = order {
            guard try folder.all.contains(where: { $0.commit == commit }) || repository.has(commit, limits) else {
                throw Failure("neither a release nor the repository has the commit \(commit.short)")
            }
            return (commit, nil)
        }
        listed = []
        let ref: String
        if let branch = pattern.branch {
            // One round trip: the fetch tells the commit.
            ref = branch.ref
            fetchedBefore = try repository.fetchedCommit(of: ref, limits)
        } else {
            listed = try repository.refs(matching: pattern, limits)
            guard let latest = listed.first else {
                throw Failure.noMatch(pattern, in: repository)
            }
            ref = latest.ref
            if try repository.has(latest.commit, limits) { return (latest.commit, ref) }
        }
        let start = FileTime.now()
        do throws(GitError) {
            try repository.fetch(ref, limits, transcript)
        } catch {
            repository.removeTemporaryObjects(since: start)
            throw error
        }
        move = remedyForMove(of: repository)
        guard let commit = try listed.first?.commit ?? repository.fetchedCommit(of: ref, limits) else {
            throw Failure("git fetch exited with 0, but brought no commit of \(ref)")
        }
        return (commit, ref)
    }

    private func remedyForMove(of repository: BareRepository) -> String? {
        MovedRemote(in: transcript.text).map { moved in
            let url = repository.remoteURL(limits)
            let remedy = moved.remedy(
                repository.remote, at: url, resolved: url.map { repository.resolve($0, limits) }, in: folder.repository)
            return "the repository has moved: \(remedy)"
        }
    }

    /// Compares the announced targets with what the remote showed in this deployment.
    func compare(
        _ announcements: Announcements, _ result: DeploymentResult
    ) throws(Failure) -> (result: DeploymentResult, note: String?) {
        let repository = try strategy.repository(limits)
        let verdict = try strategy.attempt {
            try announcements.verdict { ref in
                if let branch = pattern.branch {
                    guard ref == branch.ref,
                        let shown = try? repository.fetchedCommit(of: ref, limits)
                    else { return nil }
                    return Announcements.ShownRef(commit: shown, hasMoved: shown != fetchedBefore)
                }
                let shown = listed.first { $0.ref == ref }
                return shown.map { Announcements.ShownRef(commit: $0.commit, object: $0.object, hasMoved: true) }
            } contains: { shown, announced in
                // Only the highest version is fetched. A ref that is neither at the announced commit nor at the one before
                // has moved on.
                try pattern.branch == nil || repository.contains(announced, in: shown, limits)
            }
        }
        switch verdict {
        case .shown: return (result, nil)
        case .rewritten(let target):
            return (result, "\(target.ref) was rewritten: the remote no longer has \(target.commit.short)")
        case .lagging(let target): return (.waiting(for: target), nil)
        }
    }

    // MARK: The release

    /// Returns a complete release of `commit` that can be used again: the one ordered by name, or one that was laid out
    /// and not live yet.
    private func existing(
        _ commit: Commit, named name: String?, _ repository: BareRepository, _ order: Order
    ) throws -> Release? {
        let all = folder.all.filter { $0.commit == commit }
        if let name { return all.first { $0.name == name } }
        guard let newest = all.first, newest.wentLive.isEmpty || order != .follow else { return nil }
        let tree = ReleaseTree(repository, name: newest.name, in: folder.folder(of: newest.name))
        // What a person changed there must not go live as the commit.
        let changed = try? tree.changedFiles(shared: strategy.options.shared, limits)
        return changed?.isEmpty == true || order != .follow ? newest : nil
    }

    /// Writes a complete release of `commit`.
    private func layOut(_ commit: Commit, _ ref: String?, in repository: BareRepository) throws -> Release {
        let release = folder.newRelease(of: commit, ref)
        let unfinished = folder.unfinishedFolder(of: release.name)
        guard mkdir(unfinished, 0o755) == 0 else { throw Failure.cannotWrite(unfinished, because: errno) }
        let tree = ReleaseTree(repository, name: release.name, in: unfinished)
        do {
            let source = folder.all.first.map {
                ReleaseTree(repository, name: $0.name, in: folder.folder(of: $0.name))
            }
            let shared = strategy.options.shared
            try tree.layOut(commit, from: source, .links, shared: shared, limits, transcript)
            notes += try SharedLinks(folder, shared).link(from: unfinished)
            try repository.keep(commit, for: release.name, limits)
            try tree.synchronize()
            try folder.write(release)
            try folder.complete(release.name)
        } catch {
            try? repository.release(release.name, Limits.within(SessionContext.restoreTimeout))
            tree.removeIndex()
            folder.startRemoval(of: release.name)
            folder.finishRemoval(of: release.name)
            throw error
        }
        return release
    }

    private func goLive(_ release: Release, from live: Release?, isRollback: Bool) throws(Failure) {
        try folder.swap(to: release.name)
        // Only for people and for later rollbacks: a site that is live stays deployed without it.
        var release = release
        release.wentLive = Array((release.wentLive + [Date()]).suffix(20))
        release.isWithdrawn = false
        try? folder.write(release)
        guard var left = live, left.name != release.name, isRollback || left.wentLive.isEmpty else { return }
        // The process that made it live was killed before it noted that.
        if left.wentLive.isEmpty { left.wentLive = [left.created] }
        left.isWithdrawn = isRollback
        try? folder.write(left)
    }

    // MARK: The repository

    /// Returns the repository, created or repaired if necessary.
    private func prepare() throws(Failure) -> BareRepository {
        folder.removeTemporaryFiles()
        removeFolder("\(folder.repository).new")
        guard access(folder.repository, F_OK) == 0 else { return try create() }
        do throws(Failure) {
            let repository = try strategy.repository(limits)
            repository.repair()
            try follow(strategy.options.remote, repository)
            return repository
        } catch {
            // Without a HEAD or a readable configuration, git does not take the folder for a repository.
            guard strategy.options.remote != nil, access("\(folder.repository)/objects", F_OK) == 0 else { throw error }
            transcript.note("bellpull: \(folder.repository) is damaged and is cloned anew: \(error.message)")
            notes.append("the damaged repository was cloned anew; the old one is \(folder.repository).damaged")
            return try exchange(try create(at: "\(folder.repository).new"))
        }
    }

    /// Sets the remote to `url`, if the configuration names one.
    private func follow(_ url: String?, _ repository: BareRepository) throws(Failure) {
        guard let url else { return }
        try strategy.attempt {
            if try repository.configuredURL(limits) != url { try repository.setURL(url, limits) }
        }
    }

    private func create() throws(Failure) -> BareRepository {
        let repository = try create(at: "\(folder.repository).new")
        return try moveIntoPlace(repository)
    }

    /// Creates a repository at `path`: from the clone that stands at the site's path, or with the configured remote.
    private func create(at path: String) throws(Failure) -> BareRepository {
        if let old = strategy.cloneToConvert, let copy = try copy(of: old, at: path) {
            try follow(strategy.options.remote, copy)
            return copy
        }
        guard let url = strategy.options.remote else { throw strategy.noRepository }
        return try strategy.attempt { try BareRepository.create(at: path, of: folder.path, remote: url, limits) }
    }

    /// Copies the clone at `old`. Returns `nil` if that fails, and the remote can be cloned instead.
    private func copy(of old: String, at path: String) throws(Failure) -> BareRepository? {
        do {
            let clone = try DetachedClone.open(at: old, limits)
            // Another bellpull may still deploy in the clone.
            let lock = try SiteLock(in: clone.gitDirectory, common: clone.commonDirectory, limits)
            defer { lock.release() }
            return try BareRepository.create(at: path, of: folder.path, copying: clone, limits)
        } catch {
            guard strategy.options.remote != nil, !limits.cancellation.isCancelled else {
                throw (error as? CloneError).map { Failure($0.explanation) } ?? Failure(error, in: old)
            }
            transcript.note("bellpull: the clone \(old) cannot be copied, and the remote is cloned: \(error)")
            removeFolder(path)
            return nil
        }
    }

    private func moveIntoPlace(_ repository: BareRepository) throws(Failure) -> BareRepository {
        guard rename(repository.gitDirectory, folder.repository) == 0 else {
            throw .cannotWrite(folder.repository, because: errno)
        }
        strategy.keep(nil)
        return try strategy.repository(limits)
    }

    /// Replaces the damaged `repository` by a new one with the same remote. The releases stay.
    private func replace(_ repository: BareRepository) throws(Failure) -> BareRepository {
        let path = "\(folder.repository).new"
        removeFolder(path)
        let new = try strategy.attempt { try repository.createAnew(at: path, of: folder.path, limits) }
        return try exchange(new)
    }

    private func exchange(_ new: BareRepository) throws(Failure) -> BareRepository {
        let old = "\(folder.repository).damaged"
        removeFolder(old)
        guard rename(folder.repository, old) == 0 else { throw .cannotWrite(old, because: errno) }
        // The indices of the releases tell which files can be used again.
        _ = rename("\(old)/bellpull-releases", "\(new.gitDirectory)/bellpull-releases")
        return try moveIntoPlace(new)
    }

    private func removeFolder(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
