internal import CFence
internal import Foundation

/// The process of a command: `sh -c` in a session of its own, behind the fence.
struct StepProcess {
    let command: FencedCommand
    /// The command's own temporary folder.
    let temporary: String
    /// The pipe for the command's output.
    let output: Int32
    /// Whether the command runs as another user, with its own view of files and processes.
    let isIsolated: Bool

    /// Starts the command in a child process, and returns the child's number.
    ///
    /// - Throws: the error that kept the child from running the shell.
    func start() throws -> Int32 {
        let setup = try SetupPipe()
        let child = linux_fork()
        guard child >= 0 else { throw FenceError.system("start a process") }
        if child == 0 {
            setup.report { try become() }
            _exit(127)
        }
        try setup.awaitSuccess()
        return child
    }

    /// Turns this process into the command. Returns only by throwing.
    func become() throws {
        linux_die_with_parent()
        setsid()
        linux_reset_signals()
        try connectStreams()
        limitResources()
        guard chdir(command.directory) == 0 else {
            throw FenceError.unusable(path: command.directory, reason: FenceError.reason)
        }
        if isIsolated, linux_drop_capabilities() != 0 { throw FenceError.system("drop the capabilities") }
        if !command.isUnfenced { try fence() }
        try execute()
    }

    private func connectStreams() throws {
        let null = open("/dev/null", O_RDONLY)
        guard null >= 0, dup2(null, STDIN_FILENO) >= 0, dup2(output, STDOUT_FILENO) >= 0,
            dup2(output, STDERR_FILENO) >= 0
        else { throw FenceError.system("connect the output") }
        _ = linux_close_on_exec_from(3)
    }

    /// If memory runs out, the kernel takes the step first. A core dump would fill the disk.
    private func limitResources() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        _ = write(score, "1000", 4)
        close(score)
        umask(0o022)
    }

    private func fence() throws {
        guard linux_no_new_privileges() == 0 else { throw FenceError.system("give up new privileges") }
        let rules = try Landlock()
        SystemFiles(isPrivate: isIsolated, hidden: command.hidden).allow(in: rules)
        for path in command.readable { try rules.allow(.read, to: path) }
        for path in command.listable ?? [] { try rules.allow(.readFolder, to: path) }
        for path in command.writable + [command.home, temporary] { try rules.allow(.write, to: path) }
        try rules.restrict()
    }

    /// The strings for execve(2), which nobody frees.
    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    private func execute() throws {
        let variables = command.environment.merging(["TMPDIR": temporary]) { $1 }.map { "\($0.key)=\($0.value)" }
        execve("/bin/sh", Self.strings(["sh", "-c", command.command]), Self.strings(variables))
        throw FenceError.unusable(path: "/bin/sh", reason: FenceError.reason)
    }
}
