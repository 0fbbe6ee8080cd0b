import Foundation
import TestSupport
import Testing

/// A site whose web server, lighttpd, starts Bellpull as a plain CGI program for each request.
final class GatewaySite: Sendable {
    let folder: TemporaryFolder
    let forge: Forge
    let clone: Repository
    /// Takes the place of ssh in the clone.
    let ssh: FakeSSH
    /// The environment variables that describe the site to Bellpull.
    let settings: [String: String]
    let server: CGIServer

    init() throws {
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        clone = try forge.clone(to: folder("blog"))
        ssh = try FakeSSH(in: folder)
        try clone.git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: clone)
        settings = Responder.variables(of: clone, in: folder).merging(["BELLPULL_ANSWER_WITHIN": "3s"]) { $1 }
        // Some servers start CGI programs without a PATH.
        server = try CGIServer(in: folder, root: clone.path, environment: settings.filter { $0.key != "PATH" })
    }

    deinit { endWaiting() }

    /// Ends the processes that go on with waiting deployments after the reply, for up to two minutes.
    private func endWaiting() {
        let mark = Data("=\(folder.path)/".utf8)
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for process in processes.compactMap({ pid_t($0) }) where process != getpid() {
            guard let name = FileManager.default.contents(atPath: "/proc/\(process)/comm"),
                name == Data("bellpull\n".utf8),
                FileManager.default.contents(atPath: "/proc/\(process)/environ")?.range(of: mark) != nil
            else { continue }
            kill(process, SIGTERM)
        }
    }

    /// Returns the process that does the work of `program` (proc(5), children).
    func worker(of program: Program) throws -> pid_t {
        var worker: pid_t?
        _ = Observation.eventually {
            let children = try? text(of: "/proc/\(program.pid)/task/\(program.pid)/children")
            worker = children?.split(separator: " ").first.flatMap { pid_t($0) }
            return worker != nil
        }
        return try #require(worker)
    }

    func post(_ delivery: GitHubDelivery) throws -> RawHTTP {
        try RawHTTP(port: server.port, RawHTTP.request(headers: delivery.headers, body: delivery.body))
    }

    /// Writes the body of `delivery` to the file `body`, and returns the variables of the CGI request.
    func environment(for delivery: GitHubDelivery) throws -> [String: String] {
        try delivery.body.write(to: URL(fileURLWithPath: folder("body")))
        var environment = settings
        for (name, value) in RawFastCGI.params(delivery) { environment[name] = value }
        return environment.merging(["GATEWAY_INTERFACE": "CGI/1.1"]) { $1 }
    }
}
