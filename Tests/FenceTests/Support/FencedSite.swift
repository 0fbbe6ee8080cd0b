import CThreadUser
import Fence
import Foundation
import Processes
import TestSupport

/// A site with a live release and a release under construction, next to everything that a step must not reach.
///
///     site/current -> releases/1    site/releases/1 (live)    site/releases/2 (under construction)
///     site/shared   site/cache   other/index.html   state/ledger   state/id_ed25519   secrets/secret
final class FencedSite: @unchecked Sendable {
    let layer: Layer
    let folder: TemporaryFolder
    let socket: StepSocket?

    var release: String { folder("site/releases/2") }
    var live: String { folder("site/releases/1") }
    var cache: String { folder("site/cache") }

    init(_ layer: Layer) throws {
        self.layer = layer
        folder = try TemporaryFolder()
        for name in ["site/releases/1", "site/releases/2", "site/shared", "other", "state", "secrets"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        }
        let files = [
            "site/releases/1/index.html": "live", "site/releases/2/index.html": "new", "other/index.html": "other",
            "state/ledger": "ledger", "state/id_ed25519": "key", "secrets/secret": "secret",
        ]
        for (name, text) in files { try text.write(toFile: folder(name), atomically: false, encoding: .utf8) }
        try FileManager.default.createSymbolicLink(atPath: folder("site/current"), withDestinationPath: "releases/1")
        chmod(folder.path, 0o755)
        if layer == .otherUser {
            _ = try Shell.run("chown -R \(Layer.bellpull):\(Layer.bellpull) \(folder.path)")
            socket = try StepSocket(folder("step.sock"))
        } else {
            socket = nil
        }
    }

    var runner: FenceRunner {
        get throws { FenceRunner(launcher: [try BuiltProgram.path, "run-step"], socket: socket?.path) }
    }

    /// A build in the new release.
    func step(_ command: String, timeout: Double = 20) -> FencedCommand {
        FencedCommand(
            command: command, directory: release,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": cache, "T": folder.path],
            writable: [release, folder("site/shared")], home: cache, handedOver: [release],
            hidden: ["/etc/bellpull", folder("site"), folder("other"), folder("state"), folder("secrets")],
            timeout: timeout)
    }

    struct Ending {
        let completion: FenceCompletion
        let output: String
    }

    /// Runs the command, as Bellpull's user.
    func run(
        _ command: FencedCommand, cancellation: Cancellation = Cancellation(), by runner: FenceRunner? = nil
    ) throws -> Ending {
        let runner = try runner ?? self.runner
        return try asBellpull {
            var bytes: [UInt8] = []
            let limits = Limits.within(.seconds(60), cancellation: cancellation)
            let completion = try runner.run(command, limits) { bytes += $0 }
            return Ending(completion: completion, output: String(decoding: bytes, as: UTF8.self))
        }
    }

    func run(_ command: String, timeout: Double = 20) throws -> Ending { try run(step(command, timeout: timeout)) }

    /// Runs `body` on a thread that acts as Bellpull's user, and waits.
    func asBellpull<Value>(_ body: @escaping () throws -> Value) throws -> Value {
        nonisolated(unsafe) var result: Result<Value, any Error> = .failure(Trouble("no result"))
        nonisolated(unsafe) let body = body
        let isOther = layer == .otherUser
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var none = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, nil)
            result = Result {
                guard !isOther || thread_become(Layer.bellpull) == 0 else { throw Trouble("cannot change the user") }
                return try body()
            }
            done.signal()
        }
        done.wait()
        return try result.get()
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: folder(name), encoding: .utf8) }

    /// The owner of a file, and its mode.
    func owner(_ name: String) -> (user: uid_t, mode: mode_t)? {
        var status = stat()
        return lstat(folder(name), &status) == 0 ? (status.st_uid, status.st_mode & 0o7777) : nil
    }
}
