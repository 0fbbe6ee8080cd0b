internal import Git

/// Compares announced targets with the remote. A forge may deliver a push seconds before its git servers show the commit,
/// and a deployment in between would leave the site one push behind.
///
/// A target is settled in one of three cases: the remote shows the commit or the deletion; the ref contains the commit; the
/// ref was rewritten. Otherwise the remote lags.
struct Announcements {
    /// A ref as the remote shows it.
    struct ShownRef {
        /// The commit of the ref.
        let commit: Commit
        /// The object of the ref: the commit, or the tag object of an annotated tag. Forges announce either.
        let object: Commit

        init(commit: Commit, object: Commit? = nil, hasMoved: Bool) {
            self.commit = commit
            self.object = object ?? commit
            self.hasMoved = hasMoved
        }

        fileprivate func isAt(_ commit: Commit?) -> Bool { commit == self.commit || commit == object }

        /// Whether the ref moved since the previous deployment.
        let hasMoved: Bool
    }

    /// The announced targets, newest first.
    let targets: [DeploymentRecord.Target]

    /// The result of the comparison.
    enum Verdict: Equatable {
        /// The remote shows all targets.
        case shown
        /// The ref of a target was rewritten, without the announced commit.
        case rewritten(DeploymentRecord.Target)
        /// The remote does not show a target yet.
        case lagging(DeploymentRecord.Target)
    }

    /// Compares the targets with the remote.
    ///
    /// - Parameters:
    ///   - shown: returns the state of a ref at the remote; `nil` if the remote does not have the ref.
    ///   - contains: tells whether the shown commit of a ref contains the announced commit.
    func verdict(
        shown: (String) -> ShownRef?, contains: (_ shown: Commit, _ announced: Commit) throws -> Bool
    ) rethrows -> Verdict {
        var settled: Set<DeploymentRecord.Target> = []
        var verdict = Verdict.shown
        for (index, target) in targets.enumerated() {
            let newer = targets[..<index].filter { $0.ref == target.ref }
            // A newer push of the same ref started at this commit, and the remote shows the newer push.
            if newer.contains(where: { settled.contains($0) && ($0.before == target.commit || $0.isDeletion) }) {
                settled.insert(target)
                continue
            }
            switch try Self.verdict(on: target, shown(target.ref), contains) {
            case .lagging: return .lagging(target)
            case .rewritten: if verdict == .shown { verdict = .rewritten(target) }
            case .shown: break
            }
            settled.insert(target)
        }
        return verdict
    }

    private static func verdict(
        on target: DeploymentRecord.Target, _ shown: ShownRef?, _ contains: (Commit, Commit) throws -> Bool
    ) rethrows -> Verdict {
        guard let shown else { return target.isDeletion ? .shown : .lagging(target) }
        // The remote may still show a deleted ref. A ref with another commit was created anew.
        if target.isDeletion { return shown.isAt(target.commit) ? .lagging(target) : .shown }
        if shown.isAt(target.commit) { return .shown }
        if shown.isAt(target.before) { return .lagging(target) }
        if try contains(shown.commit, target.commit) { return .shown }
        // The ref moved during the deployment, but not to the announced commit.
        return shown.hasMoved ? .rewritten(target) : .lagging(target)
    }
}
