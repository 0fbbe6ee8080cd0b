internal import Foundation
internal import Synchronization

/// The process groups of running commands, so that no command outlives the program.
public final class RunningCommands: Sendable {
    private struct State {
        var groups: Set<Int32> = []
        /// Whether `terminateAll` was called.
        var isClosed = false
    }

    /// The commands of the whole program.
    public static let shared = RunningCommands()

    private let state = Mutex(State())

    /// Creates an empty set of commands.
    init() {}

    /// Terminates the process groups of all running commands, and keeps further commands from starting: SIGTERM, and
    /// SIGKILL after 2 s. Call before the program exits. Returns after the groups are gone, within 5 s.
    public func terminateAll() {
        var groups = state.withLock { state in
            state.isClosed = true
            return state.groups
        }
        for step in TeardownStep.sequence where !groups.isEmpty {
            for group in groups { kill(-group, step.signal) }
            let deadline = ContinuousClock.now + step.leaderGracePeriod + step.groupGracePeriod
            while !groups.isEmpty, deadline > .now {
                usleep(5_000)
                groups = groups.filter { kill(-$0, 0) == 0 }
            }
        }
    }

    /// Calls `launch` and remembers the process group. Returns false, without a call, after `terminateAll`.
    package func start(_ launch: () throws -> Int32) rethrows -> Bool {
        try state.withLock { state in
            guard !state.isClosed else { return false }
            state.groups.insert(try launch())
            return true
        }
    }

    /// Forgets the process group of a finished command.
    package func remove(_ group: Int32) {
        _ = state.withLock { $0.groups.remove(group) }
    }
}
