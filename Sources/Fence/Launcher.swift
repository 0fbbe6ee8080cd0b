internal import CFence
internal import Foundation

/// The launcher of steps, `bellpull run-step`: serves one request that comes over its standard input, a unix socket.
///
/// Bellpull starts the launcher at the other end of a socket pair. Or systemd starts it as the step's user, for a connection
/// of Bellpull to `step.sock`. A launcher whose caller is another user isolates the step (`IsolatedStep`), and hands the
/// folders over (`Ownership`). The launcher has a single thread, so that it may call fork(2).
public enum Launcher {
    /// The subcommand that starts the launcher. Not for people.
    public static let subcommand = "run-step"

    /// Serves the request and exits.
    public static func main() -> Never {
        signal(SIGPIPE, SIG_IGN)
        umask(0o022)
        let channel = Channel(descriptor: STDIN_FILENO)
        channel.limitWaiting(to: 10)
        guard let (request, output) = try? channel.receive(StepRequest.self) else {
            if !isSocket { try? FileHandle.standardError.write(contentsOf: Data(Self.notForPeople.utf8)) }
            _exit(isSocket ? 0 : 64)
        }
        do {
            try channel.send(try answer(request, output))
        } catch {
            let error = error as? FenceError ?? .failed(action: "serve the request", reason: "\(error)")
            try? channel.send(StepReply.failed(error))
        }
        _exit(0)
    }

    private static let notForPeople = "bellpull: error: \(subcommand) is for Bellpull and systemd alone\n"

    private static var isSocket: Bool {
        var status = stat()
        return fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    private static func answer(_ request: StepRequest, _ output: Int32) throws -> StepReply {
        let caller = try Caller(STDIN_FILENO)
        switch request {
        case .probe(let folders):
            var closed: [String: FenceError] = [:]
            for folder in folders { closed[folder] = PathCheck.obstacle(on: folder) }
            return .probed(landlock: Landlock.abi, closed: closed)
        case .reclaim(let folder):
            try caller.ownership?.takeBack(folder)
            return .reclaimed
        case .run(let command, let temporary):
            let step = StepRun(command: command, temporary: temporary, output: output, ownership: caller.ownership)
            return .completed(try step.run())
        }
    }
}
