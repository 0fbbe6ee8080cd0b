internal import Foundation

/// The processes of a command whose launcher was killed. The shell has died with the launcher. Its children are told by the
/// temporary folder in their environment.
///
/// A hostile command can change its environment, but from ABI 6 on Landlock keeps it from killing the launcher.
struct StepOrphans {
    /// The temporary folder of the command.
    let temporary: String

    /// Kills the processes, again and again until none is left.
    func end() {
        let deadline = ContinuousClock.now + .seconds(5)
        while case let running = all, !running.isEmpty, deadline > .now {
            for process in running { kill(process, SIGKILL) }
            usleep(2000)
        }
    }

    private var all: [Int32] {
        let mark = Array("TMPDIR=\(temporary)".utf8)
        return ProcessTable.numbers().filter { number in
            ProcessTable.contents(of: "/proc/\(number)/environ", limit: 1 << 20)
                .split(separator: 0).contains { $0.elementsEqual(mark) }
        }
    }
}
