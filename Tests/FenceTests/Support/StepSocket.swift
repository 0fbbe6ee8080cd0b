import Foundation
import TestSupport

/// A socket like that of `bellpull-step.socket`: each connection becomes the standard input of a new launcher, which runs as the
/// step's user with the two capabilities of `bellpull-step@.service`. Only root can make one.
final class StepSocket: @unchecked Sendable {
    let path: String
    private let descriptor: Int32
    private let lock = NSLock()
    private var launchers: [pid_t] = []

    init(_ path: String, owner: uid_t = Layer.bellpull) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(descriptor, 8) == 0, chown(path, owner, owner) == 0 else {
            throw Trouble("cannot listen on \(path)")
        }
        Thread.detachNewThread { [descriptor, weak self] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                self?.launch(connection)
                close(connection)
            }
            close(descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The process of the last launcher.
    var launcher: pid_t? { lock.withLock { launchers.last } }

    private func launch(_ connection: Int32) {
        let capabilities = "-all,+sys_admin,+chown"
        let user = "\(Layer.step)"
        let words = [
            "/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=\(capabilities)",
            "--ambient-caps=\(capabilities)", "--bounding-set=\(capabilities)", "--no-new-privs",
            (try? BuiltProgram.path) ?? "", "run-step",
        ]
        guard let process = try? Launching.spawn(words, input: connection) else { return }
        lock.withLock { launchers.append(process) }
        // Like systemd, which reaps its services.
        Thread.detachNewThread { waitpid(process, nil, 0) }
    }
}

/// The launcher under test.
enum Launching {
    /// Starts a program without blocked signals.
    static func spawn(_ words: [String], input: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let strings = words.map { strdup($0) }
        defer { for string in strings { free(string) } }
        var process = pid_t()
        let status = posix_spawn(&process, words[0], &actions, &attributes, strings + [nil], [nil])
        guard status == 0 else { throw Trouble("cannot start \(words): \(String(cString: strerror(status)))") }
        return process
    }
}
