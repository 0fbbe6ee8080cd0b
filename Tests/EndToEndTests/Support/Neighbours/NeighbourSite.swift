import Foundation
import Synchronization
import TestSupport
import Testing

/// A site and a shop behind another web server than nginx: the site `blog` with the shared hook, and the site `shop` with a
/// hook of its own.
final class NeighbourSite: Sendable {
    static let shopSecret = "another secret, for the shop alone"

    let neighbour: Neighbour
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository
    let shop: Repository
    /// Takes the place of ssh in the clone of the site.
    let ssh: FakeSSH
    let server: NeighbourServer
    private let bellpull = Mutex<Responder?>(nil)

    init(behind neighbour: Neighbour) throws {
        self.neighbour = neighbour
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        shop = try forge.clone(to: folder("shop"))
        ssh = try FakeSSH(in: folder)
        try clone.git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: clone)
        try write("\(GitHubDelivery.secret)\n", to: folder("secret"))
        try write("\(Self.shopSecret)\n", to: folder("shop.secret"))
        for name in ["secret", "shop.secret"] { chmod(folder(name), 0o600) }
        try write(Self.settings(in: folder), to: folder("bellpull.toml"))
        let place = NeighbourPlace(
            port: try freePort(), folder: folder("web"), root: clone.path, socket: folder("bellpull.sock"),
            program: try BuiltProgram.path, configuration: folder("bellpull.toml"), state: folder("state"))
        server = try NeighbourServer(neighbour, at: place)
        try startBellpull()
    }

    deinit {
        try? ssh.goOn()
        stopBellpull()
        server.end()
    }

    private static func settings(in folder: TemporaryFolder) -> String {
        """
        secret_file = "\(folder("secret"))"
        catch_up = "0"

        [[site]]
        name = "blog"
        path = "\(folder("blog"))"
        repository = "alice/blog"
        branch = "main"

        [[site]]
        name = "shop"
        path = "\(folder("shop"))"
        repository = "alice/blog"
        branch = "main"
        secret_file = "\(folder("shop.secret"))"

        """
    }

    /// Starts a Bellpull that runs as a service. Does nothing under CGI.
    func startBellpull() throws {
        guard !neighbour.isCGI else { return }
        var environment = Repository.environment(home: folder.path)
        environment["BELLPULL_CONFIG"] = folder("bellpull.toml")
        environment["STATE_DIRECTORY"] = folder("state")
        let responder = try Responder(
            ["--socket", folder("bellpull.sock")], environment: environment, logFile: folder("bellpull-\(UUID()).log"))
        bellpull.withLock { $0 = responder }
    }

    /// Stops the Bellpull that runs as a service.
    func stopBellpull() {
        bellpull.withLock {
            $0?.program.end()
            $0 = nil
        }
    }

    /// The text of Bellpull's own log.
    var log: String { bellpull.withLock { $0?.log } ?? server.programLog }

    /// Sends a request without waiting for the reply.
    func send(_ request: some Sequence<UInt8>) throws -> RawHTTP { try RawHTTP(port: server.place.port, request) }

    /// Sends `delivery` without waiting for the reply.
    func send(_ delivery: GitHubDelivery, to target: String = "/github") throws -> RawHTTP {
        try send(RawHTTP.request("POST", target, headers: delivery.headers, body: delivery.body))
    }

    func post(_ delivery: GitHubDelivery, to target: String = "/github") throws -> Reply {
        try send(delivery, to: target).reply()
    }

    /// Requests `target` as a visitor.
    func visit(_ target: String = "/") throws -> Reply { try send(RawHTTP.request("GET", target)).reply() }

    /// Returns a push of `commit` that is signed with the secret of the shop.
    func shopPush(of commit: String) throws -> GitHubDelivery {
        try GitHubDelivery(event: "push", body: GitHubDelivery.payload(of: commit), secret: Self.shopSecret)
    }

    /// Waits until the site is at `commit`, and returns whether it is.
    func isDeployed(_ commit: String, within time: Duration = .seconds(10)) throws -> Bool {
        try Observation.eventually(within: time) { try clone.head == commit }
    }
}
