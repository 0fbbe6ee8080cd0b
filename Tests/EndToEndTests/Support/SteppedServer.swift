import Foundation
import TestSupport

/// A server with the site `blog`, which has releases and steps, and no systemd that would run the steps.
final class SteppedServer: Sendable {
    let server: ConfiguredServer
    var folder: TemporaryFolder { server.folder }
    var forge: Forge { server.forge }

    /// The command that waits as long as the file `block` is in the home of the steps.
    static let wait = "echo $$ >\"$HOME/waiting\"; while [ -e \"$HOME/block\" ]; do sleep 0.02; done"

    /// A path that leads nowhere.
    static let absent = "/nowhere/fonts"

    /// Makes the server, and starts it with `lines` in the file of the site.
    init(_ lines: String, main: String = "", started: Bool = true, pages: Bool = false) throws {
        server = try ConfiguredServer(
            ["blog": ""], main: "catch_up = \"0\"\n\(main)", started: false, releases: true, pages: pages)
        try FileManager.default.createDirectory(
            atPath: server.folder("tmp"), withIntermediateDirectories: true)
        try configure(lines)
        if started { try start() }
    }

    /// Replaces the steps in the file of the site. The next start reads the file.
    func configure(_ lines: String) throws {
        try server.configure(
            site: "blog", "branch = \"main\"\nstrategy = \"release\"\nremote = \"\(server.forge.bare)\"\n\(lines)")
    }

    func start() throws { try server.start(with: variables) }

    private var variables: [String: String] {
        ["BELLPULL_STEP_SOCKET": folder("no.sock"), "TMPDIR": folder("tmp")]
    }

    // MARK: The site

    var site: String { folder("sites/blog") }

    var page: String {
        get throws { try RawHTTP(port: server.web.port, RawHTTP.request("GET", "/")).reply().body }
    }

    /// Waits until visitors get `text`, and returns whether they do.
    func shows(_ text: String) -> Bool { Observation.eventually { (try? page) == text } }

    /// Pushes `text` as the page, delivers, and waits for the reply.
    @discardableResult
    func push(_ text: String) throws -> (commit: String, reply: Reply) {
        let commit = try forge.push(text)
        return (commit, try server.post(.push(of: commit)))
    }

    /// The names of what is in the folder of the releases.
    var releases: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "\(site)/releases").sorted() }
    }

    // MARK: The home of the steps

    /// Lets steps wait.
    func block() throws { try write("", to: "\(site)/cache/block") }

    /// Lets waiting steps go on.
    func unblock() { unlink("\(site)/cache/block") }

    /// Waits until a step waits, and returns its process.
    func waiting() throws -> Int32 { try Observation.process(in: "\(site)/cache/waiting") }

    /// The text of a file in the home; empty if there is none.
    func home(_ name: String) -> String { (try? text(of: "\(site)/cache/\(name)")) ?? "" }

    // MARK: Traces

    /// Whether a process runs that a step has started: it knows the release, or is in a folder of the site.
    var hasStep: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let mark = Data("BELLPULL_RELEASE=\(site)/".utf8)
        return processes.contains { process in
            guard let number = Int32(process), Observation.isRunning(number) else { return false }
            let folder = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")) ?? ""
            let variables = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
            return folder.hasPrefix("\(site)/") || variables.range(of: mark) != nil
        }
    }

    /// The temporary folders of steps.
    var temporaryFolders: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder("tmp")) }
    }

    /// Runs `bellpull arguments…` with the service's environment.
    func command(_ arguments: String...) throws -> Program.Result {
        try Program.run(
            [try BuiltProgram.path] + arguments, environment: server.environment.merging(variables) { $1 })
    }

    /// Starts `bellpull arguments…`, with the output in the file `command.log`.
    func startCommand(_ arguments: String...) throws -> Program {
        try Program(
            [try BuiltProgram.path] + arguments, environment: server.environment.merging(variables) { $1 },
            output: folder("command.log"))
    }
}
