import Foundation
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `bellpull deliver` {
    private func deliver(
        _ site: ServedSite, _ arguments: [String] = [], _ changes: [String: String] = [:]
    ) throws -> Program.Result {
        let environment = try Responder.environment(of: site.clone, in: site.folder).merging(changes) { $1 }
        return try Program.run(
            [
                try BuiltProgram.path, "deliver", "blog", "--socket", site.socket, "--nginx", site.folder("nginx"),
            ] + arguments, environment: environment, within: .seconds(60))
    }

    private struct View: Decodable {
        struct Header: Decodable {
            let name: String
            let value: String
        }
        let delivery: String
        let forge: String
        let status: Int
        let headers: [Header]
        let body: String
        let line: String?

        var outcome: String? { headers.first { $0.name == "Bellpull-Outcome" }?.value }
    }

    @Test func `deploys what the remote has, and shows the reply and the line of the log`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        let result = try deliver(site)
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(try site.clone.head == commit)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first?.hasPrefix("POST http://blog.example.com:\(site.web.port)/github (127.0.0.1:") == true)
        #expect(lines[1] == "push of \(commit.prefix(6)) to refs/heads/main of alice/blog, as github would send it")
        #expect(lines.contains("HTTP/1.1 200 OK"))
        #expect(lines.contains("Bellpull-Outcome: deployed"))
        #expect(lines.contains("Bellpull-Commit: \(commit)"))
        #expect(lines.contains("{}"))
        #expect(lines.contains("\(site.web.log.path):"))
        let entry = try #require(try site.web.log.entries(1).last)
        #expect(lines.contains { $0.contains("\"delivery\":\"\(entry.delivery)\"") && $0.hasPrefix("{\"time\"") })
    }

    @Test(arguments: ["github", "gitea", "forgejo", "gogs", "gitlab", "bitbucket", "bitbucket-server"])
    func `is accepted as from each forge`(forge: String) throws {
        let site = try ServedSite()
        _ = try site.forge.push("news")
        let result = try deliver(site, ["--forge", forge, "--json"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        let view = try JSONDecoder().decode(View.self, from: Data(result.output.utf8))
        #expect((view.forge, view.status, view.outcome, view.body) == (forge, 200, "deployed", "{}"))
        #expect(view.line?.contains(view.delivery) == true)
        // A second one announces a commit that is live already.
        let second = try deliver(site, ["--forge", forge, "--json"])
        let again = try JSONDecoder().decode(View.self, from: Data(second.output.utf8))
        #expect(again.outcome == "unchanged" || again.outcome == "duplicate", "\(second.output)")
    }

    @Test func `pings, and says which forges have no ping`() throws {
        let site = try ServedSite()
        let before = try site.clone.head
        _ = try site.forge.push("news")
        let ping = try deliver(site, ["--ping"])
        #expect(ping.ending == .exited(0) && ping.output.contains("Bellpull-Outcome: ping"), "\(ping)")
        #expect(try site.clone.head == before)
        let none = try deliver(site, ["--ping", "--forge", "gitlab"])
        #expect(none.ending == .exited(64))
        #expect(none.errors.contains("gitlab has no ping"))
    }

    @Test func `finds that the service has another secret`() throws {
        let site = try ServedSite()
        let result = try deliver(site, [], ["GITHUB_SECRET": "another secret, also long enough"])
        #expect(result.ending == .exited(1))
        #expect(result.output.contains("HTTP/1.1 401"))
        #expect(result.output.contains("\"outcome\":\"rejected\""))
        #expect(
            result.errors
                == "bellpull: error: bellpull rejects the secret of the files, so it has loaded another one\n"
                + "bellpull: hint: bellpull reload\n")
    }

    @Test func `says what is in the way before Bellpull`() throws {
        let site = try ServedSite()
        site.bellpull.program.end()
        let down = try deliver(site)
        #expect(down.ending == .exited(1))
        #expect(down.errors.contains("nginx answers 502, so bellpull is down"), "\(down.errors)")
        site.web.end()
        let stopped = try deliver(site)
        #expect(stopped.ending == .exited(1))
        #expect(stopped.errors.contains("hint: bellpull check blog"), "\(stopped.errors)")
    }

    @Test func `says where a wrong address is to be corrected`() throws {
        let site = try ServedSite()
        let refused = try deliver(site, ["--to", "http://127.0.0.1:\(try freePort())/github"])
        #expect(refused.ending == .exited(1) && refused.errors.contains("hint: bellpull check blog"), "\(refused)")
        let elsewhere = try deliver(site, ["--to", "http://127.0.0.1:\(site.web.port)/elsewhere"])
        #expect(elsewhere.ending == .exited(1))
        #expect(elsewhere.errors.contains("correct the address of the hook; otherwise"), "\(elsewhere)")
        for url in ["http://", "https:///github", "http://a b/", "http://a/\u{1b}", "http://a/\nheader"] {
            let result = try deliver(site, ["--to", url])
            #expect(result.ending == .exited(64) && result.errors.contains("--to must be a URL"), "\(result)")
        }
    }

    @Test func `says that the deployment failed, and not the delivery`() throws {
        let site = try ServedSite()
        try write("edited here", to: "\(site.clone.path)/index.html")
        _ = try site.forge.push("news")
        let result = try deliver(site)
        #expect(result.ending == .exited(1))
        #expect(
            result.errors.contains("error: the delivery led to a deployment that failed: the clone has local changes"),
            "\(result.errors)")
    }

    @Test func `announces what a person names`() throws {
        let site = try ServedSite()
        let commit = try site.forge.push("news")
        let other = try deliver(site, ["--ref", "refs/heads/other", "--commit", commit])
        #expect(other.ending == .exited(0))
        #expect(other.output.contains("Bellpull-Outcome: ignored"))
        #expect(try deliver(site, ["--commit", "1a2b3c"]).ending == .exited(64))
        #expect(try deliver(site, ["--ref", "main"]).ending == .exited(64))
        #expect(try deliver(site, ["--forge", "sourcehut"]).ending == .exited(64))
    }

    @Test func `keeps the secret out of the arguments of curl`() throws {
        let site = try ServedSite()
        let bin = site.folder("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try Shell.writeExecutable(
            "#!/bin/sh\necho \"$@\" >'\(site.folder("arguments"))'\ncat >'\(site.folder("input"))'\n"
                + "printf 'HTTP/1.1 200 OK\\r\\nBellpull-Outcome: unchanged\\r\\n\\r\\n{}'\n", to: "\(bin)/curl")
        let result = try deliver(
            site, ["--forge", "gitlab"], ["PATH": "\(bin):/usr/local/bin:/usr/bin:/bin"])
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(try !text(of: site.folder("arguments")).contains(GitHubDelivery.secret))
        #expect(try text(of: site.folder("input")).contains("X-Gitlab-Token: \(GitHubDelivery.secret)"))
        #expect(!result.output.contains(GitHubDelivery.secret))
    }
}
