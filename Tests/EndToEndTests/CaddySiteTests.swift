import Foundation
import TestSupport
import Testing

/// Sites of Caddy with blocks of their own around the snippet of `examples/caddy.conf`.
@Suite(.onPlainThreads) struct `Caddy with a site of several blocks` {
    private static let sites = [
        "handle": "import bellpull\nhandle {\nfile_server\n}",
        "handle before the snippet": "handle {\nfile_server\n}\nimport bellpull",
        "handle with paths": "import bellpull\nhandle /docs/* {\nfile_server\n}\nhandle {\nfile_server\n}",
        "handle_path": "handle_path /docs/* {\nfile_server\n}\nimport bellpull\nhandle {\nfile_server\n}",
        "handle of dot files": "handle /.git/* {\nfile_server\n}\nimport bellpull\nhandle {\nfile_server\n}",
        "handle with a matcher": "@site not path /api/*\nhandle @site {\nfile_server\n}\nimport bellpull",
        "route": "import bellpull\nroute {\nfile_server\n}",
        "route before the snippet": "route /* {\nfile_server\n}\nimport bellpull",
        "try_files": "import bellpull\nhandle {\ntry_files {path} {path}/ /index.html\nfile_server\n}",
    ]

    @Test(.enabled(if: Neighbour.caddy.isInstalled, "caddy is not installed"), arguments: sites.keys.sorted())
    func `hides dot files and serves pages`(_ name: String) throws {
        let folder = try TemporaryFolder()
        let files = [
            "index.html": "home", "docs/page.html": "page", ".env": "secret", ".git/config": "[core]",
            "docs/.git/config": "[core]", ".well-known/acme-challenge/abc": "token",
        ]
        for (path, text) in files { try write(text, to: folder("root/\(path)")) }
        let place = NeighbourPlace(
            port: try freePort(), folder: folder("web"), root: folder("root"), socket: folder("bellpull.sock"),
            program: "/bin/true", configuration: folder("bellpull.toml"), state: folder("state"))
        let setup = try NeighbourServer.configure(.caddy, at: place)
        let body = try #require(Self.sites[name])
        let main = setup.main.replacing("    import bellpull\n    file_server\n", with: "\(body)\n")
        #expect(main != setup.main)
        try write(main, to: folder("web/main.conf"))
        let environment = Repository.environment(home: folder.path)
        let caddy = try Program(
            try #require(setup.commands.first), environment: environment, output: folder("web/output.log"))
        defer { caddy.end() }
        let isUp = caddy.isUp(on: place.port)
        let log = try text(of: folder("web/output.log"))
        #expect(isUp, "\(log)")

        func visit(_ target: String) throws -> Reply {
            try RawHTTP(port: place.port, RawHTTP.request("GET", target)).reply()
        }
        for path in [
            "/.env", "/.git/config", "/.git/", "/docs/.git/config", "/%2egit/config", "//.git/config", "/docs/../.env",
            "/docs/%2e%2e/.env", "/.git%2fconfig", "/.GIT/config", "/docs//.git/config", "/docs/.git%2Fconfig",
        ] {
            let reply = try visit(path)
            #expect(!reply.body.contains("secret") && !reply.body.contains("[core]"), "\(path)")
            #expect(reply.status != 200 || reply.body.contains("home"), "\(path)")
        }
        #expect(try visit("/").body.contains("home"))
        #expect(try visit("/.well-known/acme-challenge/abc").body.contains("token"))
        #expect(try visit(name == "handle_path" ? "/docs/docs/page.html" : "/docs/page.html").body.contains("page"))
    }
}
