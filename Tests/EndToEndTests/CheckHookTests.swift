import Foundation
import TestSupport
import Testing

@Suite struct `a check of the hook` {
    /// Checks `site` with the real curl, and returns the results about nginx and the hook.
    ///
    /// - Parameter url: the public address in the site's settings.
    private func results(_ site: ServedSite, url: String? = nil) throws -> [Checkup.CheckResult] {
        var environment = try Responder.environment(of: site.clone, in: site.folder)
        if let url {
            let file = site.folder("bellpull.toml")
            try write(try text(of: file) + "url = \"\(url)\"\n", to: file)
        }
        environment = environment.merging(["SYSTEMD_UNIT_PATH": site.folder("units")]) { $1 }
        let result = try Program.run(
            [
                try BuiltProgram.path, "check", "--json", "--socket", site.socket, "--nginx", site.folder("nginx"),
            ], environment: environment, within: .seconds(60))
        let all = try JSONDecoder().decode([Checkup.CheckResult].self, from: Data(result.output.utf8))
        #expect((result.ending == .exited(1)) == all.contains { $0.severity == "error" })
        return all.filter { ["nginx", "hook"].contains($0.subject) }
    }

    private func url(_ site: ServedSite) -> String { "http://blog.example.com:\(site.web.port)/github" }

    @Test func `finds that nginx passes deliveries to Bellpull`() throws {
        let site = try ServedSite()
        let found = try results(site)
        #expect(found.map(\.severity) == ["ok", "ok"])
        #expect(found.last?.message == "\(url(site)) leads to bellpull, which rejects unsigned deliveries")
        #expect(site.bellpull.says("outcome=rejected status=401 delivery=bellpull-check event=ping remote=127.0.0.1"))
        #expect(try site.web.log.entries(1).map(\.delivery) == [""])
    }

    @Test func `finds that nginx is stopped`() throws {
        let site = try ServedSite()
        site.web.end()
        let found = try results(site).filter { $0.severity == "error" }
        #expect(
            found.map(\.message) == [
                "\(url(site)): nothing listens on 127.0.0.1:\(site.web.port), so nginx is stopped or has not loaded its files"
            ])
        #expect(found.map(\.hint) == ["nginx -t && systemctl restart nginx"])
    }

    @Test func `finds that Bellpull is down`() throws {
        let site = try ServedSite()
        site.bellpull.program.end()
        let found = try results(site).filter { $0.severity == "error" }
        #expect(found.map(\.message) == ["\(url(site)): nginx answers 502, so bellpull is down"])
    }

    @Test func `finds that nginx has not loaded its files`() throws {
        let site = try ServedSite(changes: [("    include snippets/bellpull.conf;\n", "")])
        let file = site.folder("nginx/sites-enabled/blog")
        try write(
            try text(of: file).replacing(
                "index index.html;", with: "index index.html; include snippets/bellpull.conf;"),
            to: file)
        let found = try results(site).filter { $0.severity == "error" }
        // Without the location, nginx takes the request for one of a page.
        #expect(found.map(\.hint) == ["nginx -t && systemctl reload nginx"], "\(found)")
    }

    @Test func `finds another location and a redirect in the way`() throws {
        let other = try ServedSite(changes: [("    location / {\n", "    location / {\n        return 204;\n")])
        let file = other.folder("nginx/snippets/bellpull.conf")
        try write(try text(of: file).replacing("/github", with: "/hook"), to: file)
        let found = try results(other).filter { $0.severity == "error" }
        #expect(
            found.first?.message.hasSuffix("/hook: another program or another location answers 204") == true, "\(found)"
        )

        let redirecting = try ServedSite(changes: [
            (
                "    index index.html;\n",
                "    index index.html;\n    if ($request_method = POST) { return 301 https://a/; }\n"
            )
        ])
        #expect(
            try results(redirecting).last?.message
                == "\(url(redirecting)): the answer is a redirect to https://a/, and forges do not follow redirects")
    }

    @Test func `takes the public address of the site`() throws {
        let site = try ServedSite()
        let found = try results(site, url: "http://127.0.0.1:\(site.web.port)/pages/")
        #expect(found.map(\.subject) == ["nginx", "hook"], "\(found)")
        let url = "http://127.0.0.1:\(site.web.port)/github"
        #expect(found.last?.message == "\(url) leads to bellpull, which rejects unsigned deliveries")
        #expect(site.bellpull.says("outcome=rejected status=401 delivery=bellpull-check"))
    }

    @Test func `warns of a public address that does not answer, and finds nginx on this machine`() throws {
        let site = try ServedSite()
        let port = try freePort()
        let found = try results(site, url: "http://127.0.0.1:\(port)/")
        #expect(found.map(\.severity) == ["ok", "warning", "ok"], "\(found)")
        #expect(
            found[1].message
                == "http://127.0.0.1:\(port)/github: 127.0.0.1 refuses the connection from this machine")
        let unknown = try results(site, url: "http://bellpull.invalid/")
        #expect(unknown[1].severity == "warning")
        #expect(unknown[1].message.hasSuffix("this machine does not know the host bellpull.invalid"))
    }

    @Test func `finds another server and a redirect at the public address`() throws {
        let site = try ServedSite(changes: [
            (
                "    index index.html;\n",
                "    index index.html;\n    if ($host = 127.0.0.1) { return 301 https://$host$request_uri; }\n"
            )
        ])
        let redirect = try results(site, url: "http://127.0.0.1:\(site.web.port)/")
        #expect(redirect.last?.severity == "error")
        #expect(
            redirect.last?.message.hasSuffix(
                "the answer is a redirect to https://127.0.0.1/github, and forges do not follow redirects") == true)
        #expect(
            redirect.last?.hint?.hasPrefix(
                "enter https://127.0.0.1/github in the forge's form, and write url = \"https://127.0.0.1/\" in ")
                == true)

        let other = try ServedSite(changes: [("    include snippets/bellpull.conf;\n", "")])
        let found = try results(site, url: "http://127.0.0.1:\(other.web.port)/")
        #expect(found.last?.severity == "error", "\(found)")
        #expect(found.last?.message.contains("another server or another location answers ") == true, "\(found)")
    }
}
