internal import Git
internal import Processes
internal import Synchronization

/// Lets a newer push end the build of a deployment. Once the release goes live, nothing ends the deployment any more.
///
/// A delivery may be late, and its commit is only a claim. So a delivery of another commit makes `BuildWatch` ask the remote, and
/// the remote's answer ends the build.
final class NewerPush: Sendable {
    private struct State {
        /// The commit that is being built; `nil` before and after.
        var building: Commit?
        /// How often the remote is still to be asked.
        var questions = 0
        /// The commit that ended the build.
        var newer: Commit?
    }

    /// Ends the steps that run before the release goes live.
    let cancellation = Cancellation()
    private let state = Mutex(State())

    /// How often the remote is asked after a delivery: it may lag.
    private static let questions = 10

    /// The commit that ended the build; `nil` if none did.
    var newer: Commit? { state.withLock(\.newer) }

    /// Notes that `commit` is being built.
    func begin(_ commit: Commit) { state.withLock { $0.building = commit } }

    /// Notes the end of the build. Returns the commit that ended it; `nil` if none did.
    func end() -> Commit? {
        state.withLock { state in
            state.building = nil
            return state.newer
        }
    }

    /// Tells about a push. Returns whether the remote has to be asked.
    @discardableResult
    func announce(_ target: DeploymentRecord.Target) -> Bool {
        state.withLock { state in
            guard let building = state.building, state.newer == nil, !target.isDeletion, target.commit != building
            else { return false }
            state.questions = Self.questions
            return true
        }
    }

    /// Whether the remote has to be asked. Counts the question.
    func takeQuestion() -> Bool {
        state.withLock { state in
            guard state.questions > 0, state.newer == nil else { return false }
            state.questions -= 1
            return true
        }
    }

    /// Ends the build if the site is to be at another commit now.
    func resolve(to commit: Commit) {
        let ends = state.withLock { state in
            guard let building = state.building, state.newer == nil, commit != building else { return false }
            state.newer = commit
            return true
        }
        if ends { cancellation.cancel() }
    }
}
