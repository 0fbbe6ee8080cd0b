import Configuration
import Foundation
import Synchronization
import Testing

@testable import bellpull

@Suite struct `the probe of a hook` {
    private let address: HookAddress

    init() throws {
        let files = try FileTree()
        try files.write(
            "server { listen 443 ssl; server_name a; location /github { fastcgi_pass unix:/b; } }", to: "nginx.conf")
        let nginx = try #require(NginxConfiguration(at: files.path))
        let pass = try #require(FastCGIPass.find(in: nginx, to: "/b").first)
        address = try #require(HookAddress(pass))
    }

    private func results(_ answer: HookProbe.Answer) -> [CheckResult] {
        HookProbe { _, _ in answer }.results([address])
    }

    @Test func `is content if Bellpull rejects the delivery`() {
        let found = results(.reply(status: 401, headers: ["bellpull-outcome": "rejected"]))
        #expect(found.map(\.severity) == [.ok])
        #expect(found.map(\.message) == ["https://a/github leads to bellpull, which rejects unsigned deliveries"])
    }

    @Test(arguments: [
        (401, [:], "another program or another location answers 401"),
        (200, [:], "another program or another location answers 200"),
        (404, [:], "nginx answers 404, so nginx has not loaded the location of the hook"),
        (502, [:], "nginx answers 502, so bellpull is down"),
        (301, ["location": "https://b/"], "the answer is a redirect to https://b/, and forges do not follow redirects"),
        (404, ["bellpull-outcome": "refused"], "the running bellpull has no hook at this path, unlike the files"),
        (415, ["bellpull-outcome": "refused"], "bellpull answers 415 (refused) to an unsigned delivery"),
    ])
    func `finds every other answer`(status: Int, headers: [String: String], fact: String) {
        let found = results(.reply(status: status, headers: headers))
        #expect(found.map(\.severity) == [.error])
        #expect(found.map(\.message) == ["https://a/github: \(fact)"])
        #expect(found.allSatisfy { $0.hint?.isEmpty == false })
    }

    @Test(arguments: [
        (7, "nothing listens on 127.0.0.1:443, so nginx is stopped or has not loaded its files"),
        (28, "no answer within 10 s"), (35, "curl's words"),
    ])
    func `finds a missing answer`(status: Int32, fact: String) {
        let found = results(.failure(status: status, message: "curl's words"))
        #expect(found.map(\.severity) == [.error])
        #expect(found.map(\.message) == ["https://a/github: \(fact)"])
    }

    @Test func `warns of a certificate that is not trusted, and looks behind it`() {
        let probe = HookProbe { _, verifies in
            verifies
                ? .failure(status: 60, message: "SSL certificate problem")
                : .reply(status: 401, headers: ["bellpull-outcome": "rejected"])
        }
        #expect(probe.results([address]).map(\.severity) == [.ok, .warning])
    }

    @Test func `takes a redirect to a working hook for in order`() throws {
        let files = try FileTree()
        let hook = "location /github { fastcgi_pass unix:/b; }"
        try files.write(
            "server { server_name a; \(hook) } server { listen 443 ssl; server_name a; \(hook) }", to: "nginx.conf")
        let nginx = try #require(NginxConfiguration(at: files.path))
        let addresses = FastCGIPass.find(in: nginx, to: "/b").compactMap { HookAddress($0) }
        #expect(addresses.map(\.url) == ["http://a/github", "https://a/github"])
        func results(status: Int) -> [CheckResult] {
            HookProbe { address, _ in
                address.isEncrypted
                    ? .reply(status: status, headers: ["bellpull-outcome": "rejected"])
                    : .reply(status: 301, headers: ["location": "https://a/github"])
            }.results(addresses)
        }
        #expect(results(status: 401).map(\.severity) == [.ok])
        #expect(results(status: 500).map(\.severity) == [.error, .error])
    }

    @Test func `does not mind a hook for some addresses only`() throws {
        let files = try FileTree()
        try files.write("server { location /github { allow ::2; deny all; fastcgi_pass unix:/b; } }", to: "nginx.conf")
        let nginx = try #require(NginxConfiguration(at: files.path))
        let addresses = FastCGIPass.find(in: nginx, to: "/b").compactMap { HookAddress($0) }
        #expect(HookProbe { _, _ in .reply(status: 403, headers: [:]) }.results(addresses).map(\.severity) == [.ok])
        #expect(results(.reply(status: 403, headers: [:])).map(\.severity) == [.error])
    }

    @Test func `reads the last of several headers`() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 401 \r\nServer: nginx\r\nBellpull-Outcome: rejected\r\n\r\n"
        #expect(
            HookProbe.reply(text) == .reply(status: 401, headers: ["server": "nginx", "bellpull-outcome": "rejected"]))
    }
}

@Suite struct `the probe of a public address` {
    private let etc: FileTree
    private let web: NginxCheck

    init() throws {
        etc = try FileTree()
        try etc.write(
            "server { server_name a; location /github { fastcgi_pass unix:/b; } }", to: "nginx/nginx.conf")
        try etc.write("0123456789abcdef0123", to: "secret")
        try etc.write(#"path = "/srv/blog""#, to: "sites/blog.toml")
        web = NginxCheck(etc("nginx"), socket: "/b", settings: Self.read(etc))
    }

    private static func read(_ etc: FileTree) -> Configuration {
        chmod(etc("secret"), 0o600)
        let source = ConfigurationSource(
            environment: ["GITHUB_SECRET": "0123456789abcdef0123"], fallbackMainFile: etc("bellpull.toml"))
        return Configuration.loadCollectingIssues(source).configuration
    }

    private func write(_ lines: String, site: String = "blog") throws {
        try etc.write("path = \"/srv/\(site)\"\n\(lines)", to: "sites/\(site).toml")
    }

    /// Returns the results, and the addresses that were tried.
    private func results(
        _ answer: @escaping @Sendable (HookAddress) -> HookProbe.Answer
    ) -> (results: [CheckResult], tried: [String]) {
        let tried = Mutex<[String]>([])
        let probe = HookProbe { address, _ in
            tried.withLock { $0.append(address.url) }
            return answer(address)
        }
        let settings = Self.read(etc)
        let check = HookCheck(
            sites: settings.sites, hasSharedHook: true,
            web: NginxCheck(etc("nginx"), socket: "/b", settings: settings), systemd: SystemdCheck(nil, nil))
        let results = check.results(probe)
        #expect(results.allSatisfy { $0.severity == .ok || $0.hint?.isEmpty == false })
        return (results, tried.withLock { $0.sorted() })
    }

    private static let rejection = HookProbe.Answer.reply(status: 401, headers: ["bellpull-outcome": "rejected"])

    @Test func `replaces the address of nginx's files`() throws {
        #expect(results { _ in Self.rejection }.tried == ["http://a/github"])
        try write("url = \"https://blog.example.com/pages/\"")
        let found = results { _ in Self.rejection }
        #expect(found.tried == ["https://blog.example.com/github"])
        #expect(
            found.results.map(\.message) == [
                "https://blog.example.com/github leads to bellpull, which rejects unsigned deliveries"
            ])
        #expect(found.results.map(\.subject) == ["hook"])
    }

    @Test func `takes each hook once, and the hook of a site with a secret of its own`() throws {
        try write("url = \"https://blog.example.com:8443\"\nsecret_file = \"\(etc("secret"))\"")
        try write("url = \"https://example.com/one/\"", site: "one")
        try write("url = \"https://example.com/two/\"", site: "two")
        #expect(
            results { _ in Self.rejection }.tried
                == ["https://blog.example.com:8443/github/blog", "https://example.com/github"])
        try etc.write(
            "server { server_name a; location /hook { fastcgi_pass unix:/b; } }", to: "nginx/nginx.conf")
        #expect(results { _ in Self.rejection }.tried.last == "https://example.com/hook")
    }

    @Test(arguments: [
        (6, "this machine does not know the host blog.example.com"),
        (7, "blog.example.com refuses the connection from this machine"),
        (28, "no answer to this machine within 5 s"),
    ])
    func `warns if nobody answers, and asks nginx on this machine`(status: Int32, fact: String) throws {
        try write("url = \"https://blog.example.com/\"")
        let found = results { $0.isPublic ? .failure(status: status, message: "curl's words") : Self.rejection }
        #expect(found.results.map(\.severity) == [.warning, .ok])
        #expect(found.results.first?.message == "https://blog.example.com/github: \(fact)")
        #expect(found.tried == ["http://a/github", "https://blog.example.com/github"])
    }

    @Test(arguments: [200, 401, 403, 404, 502])
    func `finds the answer of another server`(status: Int) throws {
        try write("url = \"https://blog.example.com/\"")
        let found = results { _ in .reply(status: status, headers: [:]) }
        #expect(found.results.map(\.severity) == [.error])
        #expect(
            found.results.map(\.message) == [
                "https://blog.example.com/github: another server or another location answers \(status)"
            ])
        #expect(found.tried.count == 1)
    }

    @Test func `finds a redirect, and names the address after it`() throws {
        try write("url = \"http://blog.example.com/\"")
        // Another site has the address after the redirect, which works.
        try write("url = \"https://blog.example.com/\"", site: "shop")
        let target = "https://blog.example.com/github"
        let found = results {
            $0.isEncrypted ? Self.rejection : .reply(status: 301, headers: ["location": target])
        }.results
        #expect(found.map(\.severity) == [.error, .ok])
        #expect(
            found.first?.message
                == "http://blog.example.com/github: the answer is a redirect to \(target), and forges do not follow redirects"
        )
        #expect(
            found.first?.hint
                == "enter \(target) in the forge's form, and write url = \"https://blog.example.com/\" in "
                + etc("sites/blog.toml"))
    }

    @Test func `tries twenty addresses`() throws {
        for number in 0..<25 { try write("url = \"https://s\(number).example.com/\"", site: "s\(number)") }
        let found = results { _ in Self.rejection }
        #expect(found.tried.count == 20)
        #expect(found.results.last?.message == "5 more addresses were not tried; bellpull check SITE tries one")
    }
}
