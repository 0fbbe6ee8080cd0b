import Configuration
import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the check of nginx` {
    let files: FileTree

    init() throws { files = try FileTree() }

    /// Checks an nginx with `directives` in the location of Bellpull.
    private func results(_ directives: String, main: String = "") throws -> [CheckResult] {
        let text = """
            \(main)
            log_format bellpull x;
            access_log /var/log/nginx/bellpull.log bellpull;
            location /github { fastcgi_pass unix:/run/bellpull.sock; \(directives) }
            """
        try files.write(text, to: "nginx.conf")
        let source = ConfigurationSource(environment: [:], fallbackMainFile: files("bellpull.toml"))
        let configuration = Configuration.loadCollectingIssues(source).configuration
        return NginxCheck(files.path, socket: "/run/bellpull.sock", settings: configuration).results()
    }

    @Test(arguments: ["client_max_body_size 25m;", "client_max_body_size 0;", "client_max_body_size 1g;"])
    func `finds no problem with a sufficient size`(directive: String) throws {
        let results = try results(directive)
        #expect(results.map(\.severity) == [.ok])
        #expect(results.map(\.message) == ["location /github passes requests to /run/bellpull.sock"])
    }

    @Test func `names the size and the location to change, with the default size of nginx`() throws {
        let result = try #require(try results("").first)
        #expect(result.severity == .warning)
        #expect(result.message == "location /github rejects request bodies above 1m, but forges send up to 25 MB")
        #expect(result.hint == "set client_max_body_size 25m; in location /github")
    }

    @Test func `names the time and the location to change`() throws {
        let result = try #require(try results("client_max_body_size 0; fastcgi_read_timeout 4000ms;").first)
        #expect(result.message == "location /github times out after 4000ms, but a reply takes up to 4.0 s")
        #expect(try results("client_max_body_size 0; fastcgi_read_timeout 1m30s;").map(\.severity) == [.ok])
    }

    @Test func `misses the socket for the pages that nginx passes readers to`() throws {
        let pages = "location ^~ /bellpull/ { fastcgi_pass unix:/run/pages.sock; }"
        let result = try #require(try results("client_max_body_size 0;", main: pages).first)
        #expect(result.severity == .warning)
        #expect(result.message == "location ^~ /bellpull/ passes readers to /run/pages.sock, which does not exist")
        #expect(result.hint == "systemctl enable bellpull-pages.socket && systemctl restart bellpull")
    }

    @Test(arguments: ["client_max_body_size 25x", "fastcgi_read_timeout soon"])
    func `quotes a malformed directive`(directive: String) throws {
        let results = try results("client_max_body_size 25m; \(directive);")
        #expect(results.map(\.message) == ["\(directive) is malformed"])
        #expect(results.map(\.hint) == ["nginx -t"])
    }

    @Test func `names the size of the exact location, whose limit counts`() throws {
        let text = """
            log_format bellpull x; access_log /var/log/nginx/bellpull.log bellpull;
            server {
                location = /github { rewrite ^ /github/ last; }
                location ^~ /github/ { client_max_body_size 25m; fastcgi_pass unix:/run/bellpull.sock; }
            }
            """
        try files.write(text, to: "nginx.conf")
        let results = try check().results()
        #expect(results.map(\.severity) == [.warning])
        #expect(results.first?.hint == "set client_max_body_size 25m; in location = /github")
        try files.write(text.replacing("{ rewrite", with: "{ client_max_body_size 0; rewrite"), to: "nginx.conf")
        #expect(try check().results().map(\.severity) == [.ok])
    }

    @Test func `says nothing where no nginx is found`() throws {
        #expect(try check(at: files("nowhere"), .unknown).results().isEmpty)
        #expect(try check(at: files("nowhere"), .installed).results().map(\.severity) == [.warning])
        try files.write("server { listen 80; }", to: "nginx.conf")
        #expect(try check(.unknown).results().isEmpty)
        #expect(try check(.installed).results().map(\.severity) == [.error])
    }

    @Test func `adds the location to the server of a site by a command to paste`() throws {
        let site = """
            server { listen 80 default_server; server_name _; root /var/www; }
            server {
                server_name  blog.example.com www.example.com;
                root \(files("blog"))/public;
            }
            """
        try files.write("include sites/*;", to: "nginx.conf")
        try files.write(site, to: "available/blog")
        try files.write("", to: "sites/.keep")
        try FileManager.default.createSymbolicLink(
            atPath: files("sites/blog"), withDestinationPath: files("available/blog"))
        try files.write("", to: "bellpull.toml")
        try files.write("path = \"\(files("blog"))\"", to: "etc/sites/blog.toml")
        #expect(try check().results().first?.hint?.contains("install -D -m 644 nginx/bellpull.conf") == true)

        try files.write("location /github { fastcgi_pass unix:/run/bellpull.sock; }", to: "snippets/bellpull.conf")
        let hint = try #require(try check().results().first?.hint)
        let suffix = " && nginx -t && systemctl reload nginx"
        #expect(hint.hasSuffix(suffix))
        _ = try Shell.run(String(hint.dropLast(suffix.count)))

        #expect(try check().addresses(hasSharedHook: true).map(\.url) == ["http://blog.example.com/github"])
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: files("sites/blog")) == files("available/blog"))
    }

    private func check(at path: String? = nil, _ presence: NginxCheck.Presence = .named) throws -> NginxCheck {
        let source = ConfigurationSource(
            environment: ["GITHUB_SECRET": "a secret of the tests"], fallbackMainFile: files("etc/bellpull.toml"))
        let configuration = Configuration.loadCollectingIssues(source).configuration
        return NginxCheck(path ?? files.path, socket: "/run/bellpull.sock", settings: configuration, presence)
    }

    @Test func `names at most three files that cannot be read`() throws {
        let includes = (1...5).map { "include \($0).conf;" }.joined()
        let results = try results("client_max_body_size 0;", main: includes)
        #expect(results.map(\.severity) == [.warning, .warning, .warning])
        #expect(results.first?.message == "\(files("1.conf")) cannot be read, so nginx was only checked in part")
    }
}
