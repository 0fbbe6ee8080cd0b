internal import Text
internal import Git
public import Processes

extension Site {
    /// Where a rollback goes.
    public enum RollbackTarget: Sendable, Equatable {
        /// The release, or for a site without releases the commit, that was live before.
        case previous
        /// A release by its name, or a commit by its name or the beginning of its name.
        case named(String)
    }

    /// Brings the site back to an earlier release or commit and pins it there. Later pushes do not go live until
    /// `unpin`.
    ///
    /// The pin is written first: a deployment that is running looks for the pin before it changes what visitors see. Waits
    /// for that deployment. Runs on a plain thread, because commands inherit the thread's signal mask.
    ///
    /// - Parameters:
    ///   - user: who asked.
    ///   - reason: why, in the person's words.
    ///   - ledger: records the deployment.
    ///   - onStart: called when the deployment has the site's lock.
    /// - Returns: the pin and the record of the deployment.
    /// - Throws: `Failure` if there is nothing to go back to, or if the pin cannot be written; `LedgerError`.
    public func rollBack(
        to target: RollbackTarget, by user: String, reason: String?, ledger: any Ledger, _ cancellation: Cancellation,
        _ transcript: Transcript, onStart: (StartedDeployment) -> Void = { _ in }
    ) throws -> (pin: Pin, record: DeploymentRecord) {
        let limits = Limits.within(timeout, cancellation: cancellation)
        let (commit, release) = try place(of: target, ledger, limits)
        let pin = Pin(at: commit, release: release, by: user, reason: reason)
        let before = self.pin
        try strategy.setPin(pin, limits)
        do {
            let record = try deployNow(.place(at: commit), ledger: ledger, cancellation, transcript, onStart: onStart)
            if case .failed = record.result { try takeBack(pin, to: before) }
            return (pin, record)
        } catch {
            // The ledger could not record the request, or its end.
            if liveCommit != commit { try takeBack(pin, to: before) }
            throw error
        }
    }

    /// The site stays where it was, and so does the pin, unless somebody has set another one.
    private func takeBack(_ pin: Pin, to before: Pin?) throws(Failure) {
        guard self.pin == pin else { return }
        let limits = Limits.within(SessionContext.restoreTimeout)
        if let before { try strategy.setPin(before, limits) } else { _ = try strategy.removePin(limits) }
    }

    /// Removes the pin and brings the site up to date.
    ///
    /// - Returns: the removed pin and the record of the deployment; `nil` if the site was not pinned.
    /// - Throws: `Failure` if the pin cannot be removed; `LedgerError`.
    public func unpin(
        ledger: any Ledger, _ cancellation: Cancellation, _ transcript: Transcript,
        onStart: (StartedDeployment) -> Void = { _ in }
    ) throws -> (pin: Pin, record: DeploymentRecord)? {
        guard let pin, try strategy.removePin(.within(timeout, cancellation: cancellation)) else { return nil }
        return (pin, try deployNow(ledger: ledger, cancellation, transcript, onStart: onStart))
    }

    private func place(
        of target: RollbackTarget, _ ledger: any Ledger, _ limits: Limits
    ) throws -> (commit: Commit, release: String?) {
        if strategy.hasReleases { return try release(of: target, limits) }
        switch target {
        case .named(let name): return (try strategy.commit(named: name, limits), nil)
        case .previous:
            // Only what the site went to by itself: a rollback must not lead back to what a rollback left.
            let earlier = try ledger.deployments(of: self.name, limit: 1000)
                .filter { $0.state == .deployed && $0.order == .follow }.compactMap(\.commit)
            let index = liveCommit.flatMap { earlier.firstIndex(of: $0) }
            guard let index, let previous = earlier[index...].first(where: { $0 != liveCommit }) else {
                throw Failure(
                    "the history of \(self.name) has no earlier commit",
                    hint: "\(ServiceUnit.current.command) rollback \(self.name) COMMIT")
            }
            return (previous, nil)
        }
    }

    private func release(of target: RollbackTarget, _ limits: Limits) throws -> (commit: Commit, release: String?) {
        switch target {
        case .previous:
            guard let previous = strategy.previousRelease else {
                throw Failure(
                    "\(name) has no earlier release that was live",
                    hint: "\(ServiceUnit.current.command) releases \(name)")
            }
            return (previous.commit, previous.name)
        case .named(let text):
            let all = strategy.releases
            if let release = all.first(where: { $0.name == text }) { return (release.commit, release.name) }
            let matching = text.count < 4 ? [] : all.filter { $0.commit.description.hasPrefix(text.lowercased()) }
            if let release = matching.first, Set(matching.map(\.commit)).count == 1 {
                return (release.commit, release.name)
            }
            return (try strategy.commit(named: text, limits), nil)
        }
    }
}
