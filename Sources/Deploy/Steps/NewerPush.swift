internal import Foundation
internal import Git
internal import Processes
internal import Synchronization

/// Lets a newer push end the build of a deployment. Once the release goes live, nothing ends the deployment any more.
final class NewerPush: Sendable {
    private struct State {
        /// What is being built; `nil` before and after.
        var building: (commit: Commit, ref: String?)?
        /// The commit of the push that ended the build.
        var newer: Commit?
    }

    /// Ends the steps that run before the release goes live.
    let cancellation = Cancellation()
    private let state = Mutex(State())

    /// The commit of the push that ended the build; `nil` if none did.
    var newer: Commit? { state.withLock(\.newer) }

    /// Notes that `commit` is being built, the commit of `ref`.
    func begin(_ commit: Commit, of ref: String?) { state.withLock { $0.building = (commit, ref) } }

    /// Notes the end of the build. Returns the commit of the push that ended it; `nil` if none did.
    func end() -> Commit? {
        state.withLock { state in
            state.building = nil
            return state.newer
        }
    }

    /// Tells about a push. Ends the build if the push moved the ref that is being built, or another one that the site
    /// follows, to another commit. Returns whether it ended the build.
    func announce(_ target: DeploymentRecord.Target) -> Bool {
        let ends = state.withLock { state in
            guard let building = state.building, state.newer == nil, !target.isDeletion,
                target.commit != building.commit
            else { return false }
            if let ref = building.ref, ref != target.ref, !target.ref.isHigherVersion(than: ref) { return false }
            state.newer = target.commit
            return true
        }
        if ends { cancellation.cancel() }
        return ends
    }
}

extension String {
    /// Whether the name sorts behind `other` as a version does: numbers within the names are compared as numbers.
    fileprivate func isHigherVersion(than other: String) -> Bool {
        compare(other, options: [.numeric]) == .orderedDescending
    }
}
