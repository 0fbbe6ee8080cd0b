import Foundation
import TestSupport

/// A program that runs beside the test, in a process group of its own. It ends with the test at the latest.
///
/// Started by posix_spawn and not by Foundation, as Bellpull's own processes are: the threads that run tests block
/// signals, which a child would inherit.
final class Program: @unchecked Sendable {
    enum Ending: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// What a program gets as standard input.
    enum Input {
        case nothing
        case file(String)
        case descriptor(Int32)
    }

    let pid: pid_t
    private var ending: Ending?

    /// Starts `command`, a program and its arguments, with exactly this environment.
    ///
    /// - Parameters:
    ///   - output: the file that standard output is appended to.
    ///   - errors: the file that standard error is appended to; that of the output if `nil`.
    init(
        _ command: [String], environment: [String: String], input: Input = .nothing, output: String,
        errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        switch input {
        case .nothing: posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        case .file(let path): posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path, O_RDONLY, 0)
        case .descriptor(let number): posix_spawn_file_actions_adddup2(&actions, number, STDIN_FILENO)
        }
        let mode = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, mode, 0o644)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors ?? output, mode, 0o644)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))

        // env finds the program in the PATH that it is given, and not in ours, in which nginx may be missing.
        let arguments = (["/usr/bin/env"] + command).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for string in arguments + variables { free(string) } }
        var started = pid_t()
        let status = posix_spawn(
            &started, "/usr/bin/env", &actions, &attributes, arguments + [nil], variables + [nil])
        guard status == 0 else { throw Trouble("cannot start \(command): \(String(cString: strerror(status)))") }
        pid = started
    }

    deinit { end() }

    /// Sends it `signal`.
    func signal(_ signal: Int32) {
        if ending == nil { kill(pid, signal) }
    }

    /// How it ended, or `nil` if it runs still when `time` is over.
    func ending(within time: Duration) -> Ending? {
        _ = Observation.eventually(within: time) { !isRunning }
        return ending
    }

    /// Whether it has not ended yet.
    var isRunning: Bool {
        guard ending == nil else { return false }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return true }
        let signal = status & 0x7f
        ending = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
        return false
    }

    /// Ends it, and what it has started in its group.
    func end() {
        signal(SIGTERM)
        guard ending(within: .seconds(1)) == nil else { return }
        kill(-pid, SIGKILL)
        _ = ending(within: .seconds(5))
    }
}

extension Program {
    /// Waits until the program accepts connections on `port` of this machine, and returns whether it does.
    func isUp(on port: UInt16) -> Bool {
        Observation.eventually { !isRunning || (try? PeerSocket(port: port)) != nil } && isRunning
    }

    /// What a program that has run left.
    struct Result {
        let ending: Ending
        let output: String
        let errors: String
    }

    /// Runs `command` to its end.
    static func run(
        _ command: [String], environment: [String: String], input: Input = .nothing,
        within time: Duration = .seconds(20)
    ) throws -> Result {
        let folder = try TemporaryFolder()
        let program = try Program(
            command, environment: environment, input: input, output: folder("output"), errors: folder("errors"))
        guard let ending = program.ending(within: time) else { throw Trouble("\(command) does not come to its end") }
        return Result(ending: ending, output: try text(of: folder("output")), errors: try text(of: folder("errors")))
    }
}
