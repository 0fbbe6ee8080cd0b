import Foundation
import Synchronization
import TestSupport

/// A server with several sites of one repository, each with a configuration file, and a Bellpull that a test can kill
/// and start again.
final class ConfiguredServer: Sendable {
    let folder: TemporaryFolder
    let forge: Forge
    let web: WebServer
    private let running = Mutex<Responder?>(nil)
    private let options: [String]

    /// Makes a server with `sites`: the name, and the lines of the file after repository and path.
    ///
    /// - Parameters:
    ///   - releases: whether nginx serves the first site as a site with releases. Such a site has no clone.
    ///   - pages: whether there are pages, too.
    init(
        _ sites: KeyValuePairs<String, String>, main: String = "catch_up = \"0\"\n", started: Bool = true,
        releases: Bool = false, changes: [(String, String)] = [], pages: Bool = false
    ) throws {
        options = pages ? ["--pages-socket", "pages.sock"] : []
        let changes = changes + (pages ? ServedSite.withPages : [])
        folder = try TemporaryFolder()
        forge = try Forge(in: folder)
        try write(GitHubDelivery.secret, to: folder("etc/secret"))
        chmod(folder("etc/secret"), 0o600)
        web =
            releases
            ? try WebServer(
                in: folder, root: folder("sites/\(sites.first?.key ?? "")"), socket: folder("bellpull.sock"),
                site: "example-release-site.conf", changes: changes)
            : try WebServer(in: folder, root: folder("sites"), socket: folder("bellpull.sock"), changes: changes)
        try configure(main)
        for (name, text) in sites {
            if releases {
                try FileManager.default.createDirectory(
                    atPath: folder("sites/\(name)"), withIntermediateDirectories: true)
            } else {
                _ = try forge.clone(to: folder("sites/\(name)"))
            }
            try configure(site: name, text)
        }
        if started { try start() }
    }

    deinit {
        running.withLock { $0?.program.end() }
        web.end()
    }

    /// The clone of the site `name`.
    func site(_ name: String) -> Repository { Repository(path: folder("sites/\(name)")) }

    func configure(_ main: String) throws {
        try write("secret_file = \"\(folder("etc/secret"))\"\n\(main)", to: folder("etc/bellpull.toml"))
    }

    func configure(site: String, _ text: String) throws {
        try write(
            "repository = \"alice/blog\"\npath = \"\(folder("sites/\(site)"))\"\n\(text)",
            to: folder("etc/sites/\(site).toml"))
    }

    // MARK: Bellpull

    var bellpull: Responder {
        get throws {
            guard let responder = running.withLock({ $0 }) else { throw Trouble("bellpull does not run") }
            return responder
        }
    }

    /// Starts Bellpull, with a new log file.
    ///
    /// - Parameter variables: variables in addition to `environment`.
    func start(with variables: [String: String] = [:]) throws {
        let count = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.count { $0.hasSuffix(".log") }
        let responder = try Responder(
            ["--socket", folder("bellpull.sock")] + options.map { $0.hasPrefix("-") ? $0 : folder($0) },
            environment: environment.merging(variables) { $1 },
            logFile: folder("\(count ?? 0).log"))
        running.withLock { $0 = responder }
    }

    /// Starts Bellpull with `path` in front of the folders of programs. Returns before Bellpull serves.
    func startWithoutWaiting(path: String) throws -> Program {
        var environment = environment
        environment["PATH"] = "\(path):\(environment["PATH"] ?? "")"
        return try Program(
            [try BuiltProgram.path, "serve", "--socket", folder("bellpull.sock")], environment: environment,
            output: folder("start.log"))
    }

    /// Kills Bellpull with SIGKILL, as the kernel does when memory runs out. A running git continues.
    func killBellpull() throws {
        let program = try bellpull.program
        program.signal(SIGKILL)
        guard program.ending(within: .seconds(5)) != nil else { throw Trouble("bellpull does not die") }
    }

    /// Runs `bellpull arguments…` with the service's environment.
    func command(_ arguments: String...) throws -> Program.Result { try command(arguments) }

    func command(_ arguments: [String]) throws -> Program.Result {
        try Program.run([try BuiltProgram.path] + arguments, environment: environment)
    }

    /// The environment of Bellpull and its commands.
    var environment: [String: String] {
        Repository.environment(home: folder.path).merging([
            "BELLPULL_CONFIG": folder("etc/bellpull.toml"), "STATE_DIRECTORY": folder("state"),
        ]) { $1 }
    }

    // MARK: Deliveries

    func send(_ delivery: GitHubDelivery, to target: String = "/github") throws -> RawHTTP {
        try RawHTTP(port: web.port, RawHTTP.request("POST", target, headers: delivery.headers, body: delivery.body))
    }

    func post(_ delivery: GitHubDelivery, to target: String = "/github") throws -> Reply {
        try send(delivery, to: target).reply()
    }

    /// Returns the result of an SQL query of the ledger, a line per row.
    func ledger(_ query: String) throws -> [String] {
        let result = try Program.run(
            ["sqlite3", folder("state/ledger.sqlite"), query], environment: Repository.environment(home: folder.path))
        guard result.ending == .exited(0) else { throw Trouble("sqlite3: \(result.errors)") }
        return result.output.split(separator: "\n").map(String.init)
    }
}
