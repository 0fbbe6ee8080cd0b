import Foundation
import TestSupport

/// An nginx with the project's configuration files, in a temporary folder.
final class WebServer: Sendable {
    /// The port of the site.
    let port: UInt16
    /// The port of the other server block, if any.
    let otherPort: UInt16
    let log: AccessLog
    private let program: Program

    /// The folder `nginx` of the project.
    private static let configuration = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("nginx").path

    /// Starts nginx for the static files in `root` and the Bellpull at `socket`.
    ///
    /// - Parameters:
    ///   - folder: the folder for its configuration and logs.
    ///   - site: the file of the project for the site. In `example-release-site.conf`, `root` is the folder of the site.
    ///   - changes: replacements in the project's files. Each has to apply to one of the files.
    ///   - besides: returns another server block for a port.
    init(
        in folder: TemporaryFolder, root: String, socket: String, site: String = "example-site.conf",
        changes: [(String, String)] = [],
        besides: (_ port: UInt16) -> String = { _ in "" }
    ) throws {
        let prefix = folder("nginx")
        log = AccessLog(path: "\(prefix)/bellpull.log")
        let logPath = ("/var/log/nginx/bellpull.log", log.path)
        try Self.requireEffect(of: changes, in: site)
        try Self.install("bellpull-log.conf", as: "\(prefix)/conf.d/bellpull-log.conf", [], changes)
        try Self.install(
            "bellpull.conf", as: "\(prefix)/snippets/bellpull.conf",
            [("unix:/run/bellpull/bellpull.sock", "unix:\(socket)"), logPath], changes)
        let pages = ("unix:/run/bellpull/pages.sock", "unix:\(folder("pages.sock"))")
        for name in ["bellpull-pages.conf", "bellpull-public.conf"] {
            try Self.install(name, as: "\(prefix)/snippets/\(name)", [pages], changes)
        }
        // Another process may take the free port first.
        for _ in 1...3 {
            let (port, otherPort) = (try freePort(), try freePort())
            let paths =
                site == "example-site.conf"
                ? [("/srv/blog;", "\(root);")]
                : [("/srv/blog/", "\(root)/"), ("/var/log/nginx/blog.log", "\(prefix)/blog.log")]
            try Self.install(
                site, as: "\(prefix)/sites-enabled/blog",
                [("listen 80;", "listen 127.0.0.1:\(port);"), ("listen [::]:80;", "")] + paths, changes)
            try write(Self.main(prefix, besides(otherPort)), to: "\(prefix)/nginx.conf")
            let program = try Program(
                ["nginx", "-p", prefix, "-c", "\(prefix)/nginx.conf", "-e", "\(prefix)/error.log"],
                environment: Repository.environment(home: folder.path), output: "\(prefix)/output.log")
            if program.isUp(on: port) {
                (self.program, self.port, self.otherPort) = (program, port, otherPort)
                return
            }
        }
        throw Trouble("nginx does not start: \((try? text(of: "\(prefix)/error.log")) ?? "")")
    }

    func end() { program.end() }

    /// Returns the text of the file `name` in the folder `nginx` of the project.
    static func file(_ name: String) throws -> String { try text(of: path(of: name)) }

    /// Returns the path of the file `name` in the folder `nginx` of the project.
    static func path(of name: String) -> String { "\(configuration)/\(name)" }

    /// Copies a file of the project with `required` changes, which have to apply, and `others`, which may.
    private static func install(
        _ name: String, as path: String, _ required: [(String, String)], _ others: [(String, String)]
    ) throws {
        var text = try file(name)
        // The changes of a test come first: the text in the file is the one that the test knows.
        for (old, new) in others { text = text.replacing(old, with: new) }
        for (old, new) in required {
            guard text.contains(old) else { throw Trouble("\(name) has no \(old)") }
            text = text.replacing(old, with: new)
        }
        try write(text, to: path)
    }

    private static func requireEffect(of changes: [(String, String)], in site: String) throws {
        let names = ["bellpull-log.conf", "bellpull.conf", "bellpull-pages.conf", "bellpull-public.conf", site]
        let texts = try names.map(file)
        for (old, _) in changes where !texts.contains(where: { $0.contains(old) }) {
            throw Trouble("no file has \(old)")
        }
    }

    /// Returns the text of an nginx.conf like Debian's, with other paths and a single process: workers would run as
    /// another user.
    private static func main(_ prefix: String, _ besides: String) -> String {
        """
        daemon off;
        master_process off;
        pid \(prefix)/nginx.pid;
        events { worker_connections 1024; }
        http {
            access_log \(prefix)/access.log;
            client_body_timeout 1s;
            client_body_temp_path \(prefix)/body;
            fastcgi_temp_path \(prefix)/fastcgi;
            proxy_temp_path \(prefix)/proxy;
            scgi_temp_path \(prefix)/scgi;
            uwsgi_temp_path \(prefix)/uwsgi;
            include conf.d/*.conf;
            include sites-enabled/*;
            \(besides)
        }
        """
    }
}
