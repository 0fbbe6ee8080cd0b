internal import Foundation
internal import Git
internal import Processes
internal import Text

/// One deployment of a site with releases. The caller holds the site's lock.
final class ReleaseSession {
    let strategy: ReleaseStrategy
    let lock: SiteLock
    /// The limits of the commands other than steps, which have limits of their own.
    var limits: Limits
    let transcript: Transcript
    let steps: StepSession?
    var folder: ReleaseFolder { strategy.folder }
    private var pattern: RefPattern { strategy.pattern }

    /// The matching refs of the remote, the highest version first. Empty for a site with one branch.
    private var listed: [RemoteRef] = []
    /// The branch's commit before the fetch. `nil` for a pattern.
    private var fetchedBefore: Commit?
    /// The pin when the deployment began.
    private(set) var pin: Pin?
    /// Whether a person asks for the deployment.
    private var isAsked = false
    /// Notes on the new release.
    var layoutNotes: [String] = []
    /// The remedy if the forge redirected git to another URL.
    private(set) var move: String?
    private let source: ReleaseRepository

    init(
        _ strategy: ReleaseStrategy, _ lock: SiteLock, _ limits: Limits, _ transcript: Transcript, _ steps: StepSession?
    ) {
        self.steps = steps
        self.strategy = strategy
        self.lock = lock
        self.limits = limits
        self.transcript = transcript
        source = ReleaseRepository(strategy, limits, transcript)
    }

    /// The notes on the deployment.
    var notes: [String] { layoutNotes + source.notes }

    /// Returns the site's commit if the announced targets need no deployment.
    ///
    /// A pattern may match another ref with a higher version, so the remote is asked.
    func commitWithoutWork(_ announced: [DeploymentRecord.Target]) -> Commit? {
        guard pattern.branch != nil, let live = strategy.liveCommit, !announced.isEmpty,
            announced.allSatisfy({ $0.commit == live }), folder.live?.isUnproven != true,
            !strategy.isIncomplete(folder.liveName, limits)
        else { return nil }
        return live
    }

    /// Deploys, and tries once more with a new repository if git finds the repository damaged.
    ///
    /// - Parameter isAsked: whether a person asks for the deployment. Then the filter does not apply.
    func deploy(_ order: Order, isAsked: Bool) throws(Failure) -> DeploymentResult {
        self.isAsked = isAsked
        pin = strategy.pin
        if let result = try goBack(order) { return result }
        let repository = try source.prepare()
        do {
            return try deploy(order, in: repository)
        } catch {
            guard let damage = error as? GitError, damage.isOfDamage, !limits.cancellation.isCancelled,
                (try? repository.isDamaged(limits)) != false
            else {
                throw failure(error, repository)
            }
            let new = try source.replace(repository, because: "\(damage)")
            do {
                return try deploy(order, in: new)
            } catch {
                throw failure(error, new)
            }
        }
    }

    /// Makes the pinned release live, if the release is complete. Git is not needed, so a rollback is fast and works with a
    /// damaged repository. Returns `nil` without such a release.
    private func goBack(_ order: Order) throws(Failure) -> DeploymentResult? {
        guard case .place(let commit) = order, let pin = strategy.pin, pin.commit == commit, let name = pin.release,
            let release = folder.release(name), release.commit == commit
        else { return nil }
        let live = folder.live
        guard live?.name != name else { return .unchanged(commit) }
        try goLive(release, from: live, isRollback: true)
        noteChanges(in: release)
        return try prove(release, after: live, isRollback: true)
    }

    /// Notes the changed files of `release`, if a person has changed some.
    private func noteChanges(in release: Release) {
        guard let repository = try? strategy.repository(limits) else { return }
        guard let changed = try? changedFiles(of: release, in: repository), !changed.isEmpty else { return }
        layoutNotes.append("somebody has changed files of the release: \(changed.prefix(5).joined(separator: ", "))")
    }

    private func failure(_ error: any Error, _ repository: BareRepository) -> Failure {
        if let error = error as? LinkError { return Failure(error.explanation) }
        if let error = error as? SubmoduleError { return Failure(error.explanation) }
        if error is GitError { strategy.keep(nil) }
        return Failure(error, in: folder.repository, repository)
    }

    private func deploy(_ order: Order, in repository: BareRepository) throws -> DeploymentResult {
        removeUnfinished(in: repository)
        let unproven = try proveAgain()
        if case .interrupted = unproven?.result { return .interrupted }
        let (commit, ref) = try target(of: order, in: repository)
        // The release that was taken back must not go live again at once; a newer commit may be the repair.
        if let unproven, unproven.commit == commit { return unproven.result }
        let pin = strategy.pin
        if case .place = order {
            guard let pin, pin.commit == commit else {
                return .skipped("the site is no longer pinned at \(commit.short)")
            }
        }
        let live = folder.live
        let wanted = order == .follow ? nil : pin?.release
        if let live, live.commit == commit, !repairs(live, repository),
            wanted == live.name || wanted == nil && !strategy.isIncomplete(live.name, limits)
        {
            return pin == nil || order != .follow ? .unchanged(commit) : .pinned("\(pin?.description ?? "")")
        }
        let present = pin == nil ? live : folder.all.first
        if order == .follow, !isAsked, let present,
            let reason = reasonToSkip(commit, at: present.commit, in: repository)
        {
            return .skipped(reason)
        }
        let release: Release
        do {
            release =
                try existing(commit, named: wanted, repository, order)
                ?? layOut(commit, ref, replacing: live, in: repository)
        } catch let stop as StepStop {
            return stop.result
        }
        // A rollback may have set a pin since: it writes the pin before it waits for the lock.
        if order == .follow, let pin = strategy.pin {
            return .pinned("\(pin); \(commit.short) is laid out and waits for \(ServiceUnit.current.command) unpin")
        }
        try goLive(release, from: live, isRollback: order != .follow)
        return try prove(release, after: live, isRollback: order != .follow)
    }

    /// Whether the live release is to be laid out anew: a person asks for a deployment, and a file is not as committed.
    private func repairs(_ live: Release, _ repository: BareRepository) -> Bool {
        guard isAsked, strategy.pin == nil else { return false }
        guard let changed = try? changedFiles(of: live, in: repository), !changed.isEmpty else { return false }
        layoutNotes.append("the live release was changed by somebody: \(changed.prefix(5).joined(separator: ", "))")
        return true
    }

    /// Returns why the filter skips `commit`, and notes the skipped commit; `nil` if the site is to be deployed.
    private func reasonToSkip(_ commit: Commit, at present: Commit, in repository: BareRepository) -> String? {
        guard !strategy.filter.isEmpty,
            let reason = strategy.filter.reasonToSkip(from: present, to: commit, in: repository.git, limits)
        else { return nil }
        lock.note(SkipNote(commit, at: present, by: strategy.filter))
        return reason
    }

    /// Removes the releases left by killed processes, half written or half removed.
    private func removeUnfinished(in repository: BareRepository) {
        folder.abandonBuilds()
        for name in folder.unfinishedNames {
            try? repository.release(name, limits)
            guard !limits.cancellation.isCancelled else { return }
            ReleaseTree(repository, name: name, in: folder.unfinishedFolder(of: name)).removeIndex()
            strategy.removeUnfinished(name)
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
                // With a pattern, only the highest version is fetched. Another ref, if neither at the announced commit nor
                // at the commit before, has moved on.
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
}
