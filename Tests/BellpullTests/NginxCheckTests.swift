import Configuration
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

    @Test(arguments: ["client_max_body_size 25x", "fastcgi_read_timeout soon"])
    func `quotes a malformed directive`(directive: String) throws {
        let results = try results("client_max_body_size 25m; \(directive);")
        #expect(results.map(\.message) == ["\(directive) is malformed"])
        #expect(results.map(\.hint) == ["nginx -t"])
    }

    @Test func `names at most three files that cannot be read`() throws {
        let includes = (1...5).map { "include \($0).conf;" }.joined()
        let results = try results("client_max_body_size 0;", main: includes)
        #expect(results.map(\.severity) == [.warning, .warning, .warning])
        #expect(results.first?.message == "\(files("1.conf")) cannot be read, so nginx was only checked in part")
    }
}
