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
