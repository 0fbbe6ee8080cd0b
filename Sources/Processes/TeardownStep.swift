internal import Foundation

/// One step in terminating a process group: a signal, and how long to wait for the processes to exit.
struct TeardownStep {
    /// The signal for all processes of the group.
    let signal: Int32
    /// How long to wait for the leader of the group: the command itself.
    let leaderGracePeriod: Duration
    /// How long to wait for the other processes after the leader has exited: time to remove their locks. The wait is
    /// short, as zombies whose parent does not reap them never leave the group.
    let groupGracePeriod: Duration

    /// The steps, in order. SIGKILL cannot be ignored: the last wait is for the kernel.
    static let sequence = [
        TeardownStep(signal: SIGTERM, leaderGracePeriod: .seconds(2), groupGracePeriod: .milliseconds(500)),
        TeardownStep(signal: SIGKILL, leaderGracePeriod: .seconds(2), groupGracePeriod: .zero),
    ]
}
