public import Foundation
internal import Synchronization

/// The output of a site's running deployment in a file, for `bellpull log --follow`. The next deployment of the site
/// replaces the file.
public final class DeploymentOutput: Sendable {
    /// The largest size of the file in bytes.
    public static let limit = 16 << 20

    /// The path of the file.
    public let path: String
    private struct State {
        var descriptor: Int32 = -1
        var size = 0
    }
    private let state = Mutex(State())

    /// Creates the output of `site` in the state folder `folder`. The file is written at the first output.
    public init(in folder: String, of site: String) {
        path = "\(folder)/output/\(site)"
    }

    deinit { finish() }

    /// Appends what it is called with.
    var echo: @Sendable (Data) -> Void { { self.append($0) } }

    /// Appends bytes. An error costs the file, not the deployment: the ledger keeps the end of the output.
    public func append(_ bytes: Data) {
        state.withLock { state in
            if state.descriptor < 0, state.size == 0 { state.descriptor = Self.create(path) }
            guard state.descriptor >= 0, state.size < Self.limit else { return }
            state.size += bytes.count
            let cut = state.size >= Self.limit
            let bytes = cut ? Data("\n… the output goes on, but this file is full\n".utf8) : bytes
            bytes.withUnsafeBytes { _ = write(state.descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Closes the file.
    public func finish() {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            state.descriptor = -1
            state.size = max(state.size, 1)
        }
    }

    /// Removes the file of the deployment before, so that nobody takes it for the output of this one. Call when the site is
    /// locked: until then, another process may write to the file.
    public func begin() {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            state = State()
            unlink(path)
        }
    }

    private static func create(_ path: String) -> Int32 {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC
        let descriptor = open(path, flags, 0o600)
        guard descriptor < 0, errno == ENOENT else { return descriptor }
        mkdir((path as NSString).deletingLastPathComponent, 0o700)
        return open(path, flags, 0o600)
    }
}
