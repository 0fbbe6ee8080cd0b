import Foundation
import Testing

@testable import Webhook

@Suite struct `the status of a commit` {
    private static let commit = "4f3c2e1d0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d"

    private func request(
        _ forge: ForgeName, host: String? = "git.example.com:3000", base: String? = nil, _ status: CommitStatus,
        repository: String = "alice/blog", context: String = "bellpull/blog", token: String = "t0ken"
    ) throws -> (url: String, headers: [String: String], body: [String: String]) {
        let api = try #require(StatusAPI(forge, host: host, base: base))
        let request = api.request(status, of: Self.commit, in: repository, context: context, token: token)
        #expect(!request.body.contains("\n"))
        return (
            request.url, Dictionary(request.headers.map { ($0.name, $0.value) }) { first, _ in first },
            try JSONDecoder().decode([String: String].self, from: Data(request.body.utf8))
        )
    }

    @Test func `is set at GitHub`() throws {
        let sent = try request(
            .github, host: "github.com", CommitStatus(.failure, "build failed", link: "https://example.com/"))
        #expect(sent.url == "https://api.github.com/repos/alice/blog/statuses/\(Self.commit)")
        #expect(
            sent.headers == [
                "Content-Type": "application/json", "User-Agent": "Bellpull", "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28", "Authorization": "Bearer t0ken",
            ])
        #expect(
            sent.body == [
                "state": "failure", "description": "build failed", "context": "bellpull/blog",
                "target_url": "https://example.com/",
            ])
        #expect(
            try request(.github, CommitStatus(.success, "")).url.hasPrefix("https://git.example.com:3000/api/v3/repos/")
        )
    }

    @Test(arguments: [ForgeName.gitea, .forgejo]) func `is set at Gitea and Forgejo`(_ forge: ForgeName) throws {
        let sent = try request(forge, CommitStatus(.pending, "deploying"))
        #expect(sent.url == "https://git.example.com:3000/api/v1/repos/alice/blog/statuses/\(Self.commit)")
        #expect(sent.headers["Authorization"] == "token t0ken")
        #expect(sent.body == ["state": "pending", "description": "deploying", "context": "bellpull/blog"])
    }

    @Test func `is set at GitLab, also in a group`() throws {
        let sent = try request(
            .gitlab, host: "gitlab.com", CommitStatus(.failure, "no", link: "https://e/"), repository: "team/web/blog")
        #expect(sent.url == "https://gitlab.com/api/v4/projects/team%2Fweb%2Fblog/statuses/\(Self.commit)")
        #expect(sent.headers["PRIVATE-TOKEN"] == "t0ken" && sent.headers["Authorization"] == nil)
        #expect(
            sent.body == ["state": "failed", "description": "no", "name": "bellpull/blog", "target_url": "https://e/"])
    }

    @Test func `is set at Bitbucket Cloud, which needs an address and a short key`() throws {
        let sent = try request(.bitbucket, host: "bitbucket.org", CommitStatus(.success, "yes"))
        #expect(
            sent.url == "https://api.bitbucket.org/2.0/repositories/alice/blog/commit/\(Self.commit)/statuses/build")
        #expect(
            sent.body == [
                "state": "SUCCESSFUL", "description": "yes", "key": "bellpull/blog", "name": "bellpull/blog",
                "url": "https://bitbucket.org/alice/blog/commits/\(Self.commit)",
            ])
        #expect(sent.headers["Authorization"] == "Bearer t0ken")
        let context = "bellpull/" + String(repeating: "x", count: 64)
        let long = try request(.bitbucket, CommitStatus(.success, ""), context: context, token: "al:ice")
        #expect(long.body["key"]?.utf8.count == 40 && long.body["name"] == context)
        #expect(long.headers["Authorization"] == "Basic YWw6aWNl")
    }

    @Test func `has a word for each state at each forge`() throws {
        let words: [ForgeName: [String]] = [
            .github: ["pending", "success", "failure", "error"], .gitea: ["pending", "success", "failure", "error"],
            .gitlab: ["running", "success", "failed", "canceled"],
            .bitbucket: ["INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"],
        ]
        for (forge, words) in words {
            #expect(
                try CommitStatus.State.allCases.map { try request(forge, CommitStatus($0, "")).body["state"] } == words)
        }
    }

    @Test func `takes the address of the configuration, and escapes the repository`() throws {
        let sent = try request(
            .gitea, host: nil, base: "http://127.0.0.1:9/api/v1/", CommitStatus(.success, ""),
            repository: "al ice/bl?g/../x")
        #expect(sent.url == "http://127.0.0.1:9/api/v1/repos/al%20ice/bl%3Fg/x/statuses/\(Self.commit)")
        #expect(StatusAPI(.gitea, host: nil) == nil)
    }

    @Test(arguments: [ForgeName.gogs, .bitbucketServer]) func `is not set elsewhere`(_ forge: ForgeName) {
        #expect(StatusAPI(forge, host: "git.example.com") == nil && !StatusAPI.knows(forge))
    }

    @Test(arguments: [
        (ForgeName.github, 140), (.gitea, 255), (.gitlab, 255), (.bitbucket, 255),
    ]) func `has one line, cut to the limit of the forge`(_ forge: ForgeName, _ limit: Int) throws {
        let hostile = "\n\u{1b}[2Jno\t\"quote\" \\ \u{7}" + String(repeating: "ä", count: 300) + "\nsecond"
        let text = try #require(try request(forge, CommitStatus(.failure, hostile)).body["description"])
        #expect(text.unicodeScalars.count == limit && text.hasPrefix(" [2Jno \"quote\" \\  ä") && text.hasSuffix("ä…"))
        #expect(try request(forge, CommitStatus(.failure, "one\r\ntwo")).body["description"] == "one")
        #expect(try request(forge, CommitStatus(.failure, "a\u{202e}b\u{2066}c")).body["description"] == "a b c")
    }

    @Test func `goes to the forge that the host of the remote names`() {
        let hosts = [
            "github.com", "GitHub.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitea.com",
            "gitlab.example.com:8443",
            "forgejo.example.com", "git.example.com", "github", "",
        ]
        #expect(
            hosts.map { ForgeName(host: $0) } == [
                .github, .github, .gitlab, .bitbucket, .forgejo, .gitea, .gitlab, .forgejo, nil, nil, nil,
            ])
    }
}

@Suite struct `an outgoing webhook` {
    @Test func `is signed as the receiver verifies it`() throws {
        let secret = try Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        // The example of Standard Webhooks, "Webhook headers".
        let body = Data(#"{"test": 2432232314}"#.utf8)
        let headers = try #require(
            secret.standardHeaders(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: Date(timeIntervalSince1970: 1_614_265_330), for: body))
        #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(headers.map(\.value).dropFirst() == ["1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="])
        #expect(try Secret("only a password").standardHeaders(id: "1", at: Date(), for: body) == nil)
        #expect(try !Secret("only a password").isSigningToken && secret.isSigningToken)
    }
}
