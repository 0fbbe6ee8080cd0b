internal import CFence
internal import Foundation

/// The first process of a step's own process namespace. It makes the step's view of the files, starts the command, and
/// adopts the step's orphans. When it exits, the kernel kills everything in the namespace.
struct IsolatedStep {
    /// How the command ended, as the first process tells the launcher.
    struct Report {
        var status: Int32
        /// How many processes the command has left running.
        var leftBehind: Int32

        init(status: Int32, leftBehind: Int32) {
            self.status = status
            self.leftBehind = leftBehind
        }

        /// Reads the report from the pipe. Returns `nil` if the first process was killed, or there was none.
        init?(from pipe: Int32) {
            var words: (Int32, Int32) = (0, 0)
            let size = MemoryLayout.size(ofValue: words)
            guard read(pipe, &words, size) == size else { return nil }
            self.init(status: words.0, leftBehind: words.1)
        }
    }

    let process: StepProcess
    /// The writing end of a pipe for the `Report`.
    let report: Int32

    /// Starts the first process, and returns its number.
    func start() throws -> Int32 {
        // The launcher itself stays outside: only its children are in the namespace.
        guard linux_new_process_namespace() == 0 else { throw FenceError.system("make a namespace for processes") }
        let setup = try SetupPipe()
        let child = linux_fork()
        guard child >= 0 else { throw FenceError.system("start a process") }
        if child == 0 {
            setup.report {
                linux_die_with_parent()
                try PrivateView(command: process.command).apply()
                try supervise(try process.start(), setup)
            }
            _exit(127)
        }
        try setup.awaitSuccess()
        return child
    }

    /// Waits for the end of the command, reports it and exits. A SIGTERM of the launcher goes on to the command.
    private func supervise(_ command: Int32, _ setup: SetupPipe) throws {
        let signals = linux_signal_descriptor()
        guard signals >= 0 else { throw FenceError.system("wait for signals") }
        setup.finish()
        close(process.output)
        close(STDIN_FILENO)
        var event = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
        var status: Int32 = 0
        while true {
            while case let ended = waitpid(-1, &status, WNOHANG), ended > 0 {
                if ended == command { finish(status) }
            }
            poll(&event, 1, -1)
            while case let signal = linux_next_signal(signals), signal != 0 {
                if signal == SIGTERM { kill(-command, SIGTERM) }
            }
        }
    }

    private func finish(_ status: Int32) -> Never {
        let left = Descendants.areNone ? 0 : ProcessTable().descendants(of: getpid()).count
        var words = (status, Int32(left))
        _ = write(report, &words, MemoryLayout.size(ofValue: words))
        _exit(0)
    }
}
