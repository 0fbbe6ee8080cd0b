internal import CLinux
internal import Foundation

/// The process of a command, from its start until its exit is known.
final class StartedProcess {
    /// The number of the process, and of its process group.
    let number: Int32
    /// A descriptor that can be read when the process has exited; -1 if there is none.
    let exit: Int32
    /// The process as Foundation knows it; `nil` for a process that this class has started.
    private let process: Process?

    /// Takes a process that Foundation has started, and has a handler close a pipe after the exit.
    ///
    /// - Parameter exit: the reading end of the pipe.
    init(_ process: Process, exit: Int32) {
        number = process.processIdentifier
        self.exit = exit
        self.process = process
    }

    /// Starts a process in a process group of its own, with no signal blocked, ignored or handled, and with no other
    /// descriptors than these three.
    ///
    /// posix_spawn(3) takes a third of the time of Foundation, which closes 250 descriptors one by one and watches the process on a
    /// thread of its own.
    ///
    /// - Parameter input: the standard input; `nil` for none.
    /// - Throws: an error of POSIX, as without the program or without free descriptors.
    init(
        _ executable: String, _ arguments: [String], in directory: String, environment: [String: String],
        input: Int32?, output: Int32, errors: Int32
    ) throws(POSIXError) {
        // A pipe that could not be made.
        guard output >= 0, errors >= 0 else { throw POSIXError(.EMFILE) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        linux_spawn_close_from(&actions, 3)
        linux_spawn_change_directory(&actions, directory)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let words = ([executable] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0)=\($1)") }
        defer { for text in words + variables { free(text) } }
        var number = pid_t()
        let status = posix_spawn(&number, executable, &actions, &attributes, words + [nil], variables + [nil])
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .ENOEXEC) }
        self.number = number
        exit = linux_pidfd_open(number)
        process = nil
    }

    deinit { if process == nil, exit >= 0 { close(exit) } }

    /// How the process terminated; `nil` if it is running.
    ///
    /// - Parameter isReported: whether `exit` can be read.
    func termination(isReported: Bool) -> Command.Termination? {
        reapedTermination ?? (isReported ? reportedTermination : nil)
    }

    /// Reaps the process with waitid(2), if it has exited and Foundation has not reaped it.
    ///
    /// Foundation reaps a process when a socket, inherited by the process, is closed. A grandchild may keep the socket
    /// open, and the process would stay a zombie until the grandchild exits.
    private var reapedTermination: Command.Termination? {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(number), &info, WEXITED | WNOHANG) == 0, info._sifields._sigchld.si_pid != 0
        else { return nil }
        let status = info._sifields._sigchld.si_status
        return info.si_code == CLD_EXITED ? .exited(status) : .killed(signal: status)
    }

    /// The termination as Foundation reports it, after Foundation has reaped the process.
    private var reportedTermination: Command.Termination? {
        process.map { process in
            process.terminationReason == .exit
                ? .exited(process.terminationStatus) : .killed(signal: process.terminationStatus)
        }
    }

    /// Reaps the process whenever it exits: a process that waits for a broken disk outlives SIGKILL.
    func reapLater() {
        guard process == nil else { return }
        let number = number
        let thread = Thread { waitpid(number, nil, 0) }
        thread.stackSize = 512 << 10
        thread.start()
    }
}
