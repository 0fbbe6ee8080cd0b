internal import Foundation

/// The processes that a command has started, down to the last generation. The launcher adopts those whose parent exits
/// (PR_SET_CHILD_SUBREAPER), so that setsid(2) and double forks hide nobody.
enum Descendants {
    /// How long to fight against processes that start others. Reached only if the kernel lets no signal through.
    private static let patience = Duration.seconds(10)

    /// Kills all descendants of this process, again and again until none is left, and returns the number of processes that
    /// ran at first.
    static func end() -> Int {
        guard !areNone else { return 0 }
        let deadline = ContinuousClock.now + patience
        var count: Int?
        while true {
            let running = ProcessTable().descendants(of: getpid())
            count = count ?? running.count
            let signalled = running.map { kill($0, SIGKILL) == 0 || errno == ESRCH }
            reap()
            // A step without a fence may have become root, whom nobody can kill.
            if running.isEmpty || !signalled.contains(true) || deadline < .now { return count ?? 0 }
            if running.count < 16 { usleep(1000) }
        }
    }

    /// Whether nobody is left, without a look at all processes of the system: the oldest of the descendants would be a child.
    static var areNone: Bool {
        reap()
        return waitpid(-1, nil, WNOHANG) < 0 && errno == ECHILD
    }

    /// Waits for all processes that have exited.
    private static func reap() { while waitpid(-1, nil, WNOHANG) > 0 {} }
}
