import Foundation
import TestSupport

/// A program that runs during a test in a process group of its own. The end of the test ends the program.
///
/// `posix_spawn` starts the program, and not Foundation's `Process`: the threads of tests block signals, and a child of
/// `Process` would inherit the blocked signals.
final class Program: @unchecked Sendable {
    enum Ending: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// The standard input of a program.
    enum Input {
        case nothing
        case file(String)
        case descriptor(Int32)
    }

    let pid: pid_t
    private var ending: Ending?

    /// Starts `command`, a program and its arguments, with `environment` alone.
    ///
    /// - Parameters:
    ///   - output: the file to append standard output to.
    ///   - errors: the file to append standard error to; `nil` for the file of standard output.
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

        // env searches the program in the PATH of `environment`. The test's own PATH may lack nginx.
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

    /// Sends `signal` to the program.
    func signal(_ signal: Int32) {
        if ending == nil { kill(pid, signal) }
    }

    /// Waits for the end of the program, and returns how it ended, or `nil` if it runs for longer than `time`.
    func ending(within time: Duration) -> Ending? {
        _ = Observation.eventually(within: time) { !isRunning }
        return ending
    }

    /// Whether the program still runs.
    var isRunning: Bool {
        guard ending == nil else { return false }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return true }
        let signal = status & 0x7f
        ending = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
        return false
    }

    /// Ends the program and its process group: SIGTERM, and SIGKILL after a second.
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

    /// The ending and output of a finished program.
    struct Result {
        let ending: Ending
        let output: String
        let errors: String
    }

    /// Runs `command`, and waits for its end.
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
