import Foundation
import TestSupport

/// A site with its forge, clone, Bellpull and nginx. All programs start for a single test, and end
/// with the test.
final class ServedSite: Sendable {
    /// The kind of the clone's remote.
    enum Remote: CaseIterable {
        case path, file, http, ssh
    }

    let folder: TemporaryFolder
    let forge: Forge
    /// The clone of the site.
    let clone: Repository
    /// The program in place of ssh, for the remote `ssh`.
    let ssh: FakeSSH
    let bellpull: Responder
    let web: WebServer
    private let backend: GitOverHTTP?

    /// - Parameters:
    ///   - options: arguments after `bellpull serve --socket PATH`.
    ///   - environment: variables in addition to `Responder.environment`.
    ///   - remote: the kind of the clone's remote.
    ///   - changes: replacements in the project's files for nginx.
    ///   - pages: whether there are pages, too.
    init(
        _ options: [String] = [], environment: [String: String] = [:], remote: Remote = .path,
        changes: [(String, String)] = [], pages: Bool = false
    ) throws {
        let changes = changes + (pages ? Self.withPages : [])
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        ssh = try FakeSSH(in: folder)
        let backend = remote == .http ? try GitOverHTTP(forge, in: folder) : nil
        self.backend = backend
        web = try WebServer(in: folder, root: clone.path, socket: folder("bellpull.sock"), changes: changes) {
            backend?.server(port: $0) ?? ""
        }
        switch remote {
        case .path: break
        case .file: try clone.git("remote", "set-url", "origin", "file://\(forge.bare)")
        case .http: try clone.git("remote", "set-url", "origin", "http://127.0.0.1:\(web.otherPort)/alice/blog.git")
        case .ssh:
            try clone.git("remote", "set-url", "origin", FakeSSH.url)
            try ssh.isUsed(by: clone)
        }
        bellpull = try Responder(
            ["--socket", folder("bellpull.sock")] + (pages ? ["--pages-socket", folder("pages.sock")] : []) + options,
            environment: Responder.environment(of: clone, in: folder).merging(environment) { $1 },
            logFile: folder("bellpull.log"))
    }

    deinit {
        try? ssh.goOn()
        bellpull.program.end()
        web.end()
        backend?.end()
    }

    /// Makes nginx serve the pages, too.
    static let withPages = ["pages", "public"].map { name in
        ("#include snippets/bellpull-\(name).conf;", "include snippets/bellpull-\(name).conf;")
    }

    /// The path of Bellpull's unix socket.
    var socket: String { folder("bellpull.sock") }

    /// Sends `delivery` to nginx, without waiting for the reply.
    func send(_ delivery: GitHubDelivery, to target: String = "/github") throws -> RawHTTP {
        try RawHTTP(
            port: web.port, RawHTTP.request("POST", target, headers: delivery.headers, body: delivery.body))
    }

    /// Sends `delivery` to nginx.
    func post(_ delivery: GitHubDelivery, to target: String = "/github") throws -> Reply {
        try send(delivery, to: target).reply()
    }

    /// Requests `target` from nginx as a visitor.
    func visit(_ target: String = "/") throws -> Reply {
        try RawHTTP(port: web.port, RawHTTP.request("GET", target)).reply()
    }
}
