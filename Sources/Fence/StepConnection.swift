internal import CFence
internal import Foundation
internal import Processes

/// Bellpull's end of the connection to a launcher. Releasing the object ends the connection.
final class StepConnection {
    let channel: Channel
    /// The launcher's process, if Bellpull started it.
    private let launcher: Int32?
    private var hasEnded = false

    private init(_ descriptor: Int32, launcher: Int32?) {
        channel = Channel(descriptor: descriptor)
        self.launcher = launcher
        channel.limitWaiting(to: 10)
    }

    deinit {
        close(channel.descriptor)
        endLauncher()
    }

    /// Connects to the launcher that systemd starts.
    static func connect(to path: String) throws(FenceError) -> StepConnection {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard descriptor >= 0, path.utf8.count < room else {
            throw .socketRefused(path: path, reason: descriptor < 0 ? FenceError.reason : "the path is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            defer { close(descriptor) }
            throw .socketRefused(path: path, reason: FenceError.reason)
        }
        return StepConnection(descriptor, launcher: nil)
    }

    /// Starts a launcher at the other end of a socket pair. Returns `nil` if Bellpull is stopping.
    static func start(_ command: [String]) throws(FenceError) -> StepConnection? {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0, &ends) == 0 else {
            throw .noLauncher(path: command[0], reason: FenceError.reason)
        }
        defer { close(ends[1]) }
        do {
            var process: Int32 = 0
            let isAllowed = try RunningCommands.shared.start {
                process = try spawn(command, input: ends[1])
                return process
            }
            guard isAllowed else {
                close(ends[0])
                return nil
            }
            return StepConnection(ends[0], launcher: process)
        } catch {
            close(ends[0])
            throw error as? FenceError ?? .noLauncher(path: command[0], reason: "\(error)")
        }
    }

    /// posix_spawn(3), and not `Process`: it can close all other descriptors, those included that another thread has just
    /// opened for a command of its own.
    private static func spawn(_ command: [String], input: Int32) throws(FenceError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let words = command.map { strdup($0) }
        defer { for word in words { free(word) } }
        var process = pid_t()
        // No environment: Bellpull's may hold a secret.
        let status = posix_spawn(&process, command[0], &actions, &attributes, words + [nil], [nil])
        guard status == 0 else { throw .noLauncher(path: command[0], reason: String(cString: strerror(status))) }
        return process
    }

    /// Tells the launcher to end the command. The launcher still answers.
    func cancel() { shutdown(channel.descriptor, Int32(SHUT_WR)) }

    /// Kills the launcher, unless it has exited, and waits for it. The connection cannot be used any more.
    func endLauncher() {
        guard let launcher, !hasEnded else { return }
        hasEnded = true
        defer { RunningCommands.shared.remove(launcher) }
        // After its answer the launcher exits by itself.
        for _ in 0..<500 {
            guard waitpid(launcher, nil, WNOHANG) == 0 else { return }
            usleep(500)
        }
        kill(launcher, SIGKILL)
        waitpid(launcher, nil, 0)
    }
}
