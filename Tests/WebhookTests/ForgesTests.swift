import Foundation
import Testing

@testable import Webhook

@Suite struct `the forges` {
    private static let digest = String(repeating: "01", count: 32)

    private static let github: Headers = [
        "X-GitHub-Event": "push", "X-GitHub-Delivery": "github-id", "X-Hub-Signature-256": "sha256=\(digest)",
    ]
    private static let gitea: Headers = [
        "X-GitHub-Event": "push", "X-GitHub-Delivery": "github-id", "X-Hub-Signature-256": "sha256=\(digest)",
        "X-Gitea-Event": "push", "X-Gitea-Delivery": "gitea-id", "X-Gitea-Signature": digest,
    ]
    private static let forgejo: Headers = [
        "X-GitHub-Event": "push", "X-GitHub-Delivery": "github-id", "X-Hub-Signature-256": "sha256=\(digest)",
        "X-Gitea-Event": "push", "X-Gitea-Delivery": "gitea-id", "X-Gitea-Signature": digest,
        "X-Forgejo-Event": "push", "X-Forgejo-Delivery": "forgejo-id", "X-Forgejo-Signature": digest,
    ]
    private static let gogs: Headers = [
        "X-GitHub-Event": "push", "X-GitHub-Delivery": "github-id", "X-Gogs-Event": "push",
        "X-Gogs-Delivery": "gogs-id", "X-Gogs-Signature": digest,
    ]
    private static let gitlab: Headers = [
        "X-Gitlab-Event": "Push Hook", "Idempotency-Key": "gitlab-id", "X-Gitlab-Token": "a, secret",
    ]
    private static let bitbucket: Headers = [
        "X-Event-Key": "repo:push", "X-Request-UUID": "bitbucket-id", "X-Hub-Signature": "sha256=\(digest)",
    ]
    private static let bitbucketServer: Headers = [
        "X-Event-Key": "repo:refs_changed", "X-Request-Id": "bitbucket-server-id",
        "X-Hub-Signature": "sha256=\(digest)",
    ]

    private static let all: [(ForgeName, Headers)] = [
        (.github, github), (.gitea, gitea), (.forgejo, forgejo), (.gogs, gogs), (.gitlab, gitlab),
        (.bitbucket, bitbucket), (.bitbucketServer, bitbucketServer),
    ]

    @Test func `are recognized by their headers, the most specific first`() throws {
        for (name, headers) in Self.all {
            let delivery = try Forges().delivery(headers.lookup)
            #expect(delivery.forge == name)
            #expect(delivery.id == "\(name.rawValue)-id")
            #expect(delivery.authentication != .missing && delivery.authentication != .unreadable, "\(name)")
        }
    }

    @Test func `include Gitea and Forgejo, which also send the headers of Gogs`() throws {
        for (name, headers) in Self.all where [.gitea, .forgejo].contains(name) {
            var headers = headers
            headers["X-Gogs-Event"] = "push"
            headers["X-Gogs-Signature"] = Self.digest
            #expect(try Forges().delivery(headers.lookup).forge == name)
        }
    }

    @Test(arguments: ["repo:push", "repo:fork", "pullrequest:created", "issue:created", "", "x"])
    func `tell Bitbucket Cloud by its events`(_ event: String) throws {
        #expect(try Forges().delivery((["X-Event-Key": event] as Headers).lookup).forge == .bitbucket)
    }

    @Test(arguments: ["repo:refs_changed", "diagnostics:ping", "pr:opened", "mirror:repo_synchronized"])
    func `tell Bitbucket Data Center by its events`(_ event: String) throws {
        #expect(try Forges().delivery((["X-Event-Key": event] as Headers).lookup).forge == .bitbucketServer)
    }

    @Test func `are unknown if no header names a forge, even with a signature`() throws {
        let signed: Headers = [
            "X-Hub-Signature-256": "sha256=\(Self.digest)", "X-Hub-Signature": "sha1=x",
            "X-Gogs-Signature": Self.digest,
            "X-Gitlab-Token": "a", "X-Gitee-Event": "Push Hook", "Content-Type": "text/plain",
        ]
        for headers in [[:], signed] {
            #expect(throws: Forges.UnknownForge()) { try Forges().delivery(headers.lookup) }
        }
        #expect(try Forges(only: .github).delivery { _ in nil }.authentication == .missing)
    }

    @Test func `are the expected forge with any headers`() throws {
        for (name, headers) in Self.all {
            for expected in ForgeName.allCases {
                let delivery = try Forges(only: expected).delivery(headers.lookup)
                #expect(delivery.forge == expected)
                #expect(try delivery == Forges(only: expected).delivery(headers.lookup))
                guard expected == name else { continue }
                #expect(try delivery == Forges().delivery(headers.lookup))
            }
        }
        #expect(try Forges(only: .gitlab).delivery(Self.github.lookup).authentication == .missing)
        #expect(try Forges(only: .github).delivery(Self.gitlab.lookup).authentication == .missing)
        #expect(try Forges(only: .github).delivery(Self.bitbucket.lookup).authentication == .unreadable)
        #expect(try Forges(only: .gitea).delivery(Self.forgejo.lookup).id == "gitea-id")
    }

    @Test func `accept GitHub's older signature, unless that is disabled`() throws {
        let headers: Headers = [
            "X-GitHub-Event": "push", "X-Hub-Signature": "sha1=\(String(repeating: "01", count: 20))",
        ]
        #expect(try Forges().delivery(headers.lookup).authentication != .missing)
        #expect(try Forges(acceptsSHA1: false).delivery(headers.lookup).authentication == .missing)
    }

    @Test func `decode a delivery as its sender encodes it`() throws {
        func decode(_ forge: ForgeName, _ event: String, _ body: String) throws -> Delivery.Event {
            let delivery = Delivery(forge: forge, id: nil, event: event, authentication: .missing, encoding: .json)
            return try Forges().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
        }
        let push = Push(repository: "alice/blog", ref: "refs/heads/main", after: "5f1d")
        let github = #"{"ref":"refs/heads/main","after":"5f1d","repository":{"full_name":"alice/blog"}}"#
        for forge in [ForgeName.github, .gitea, .forgejo, .gogs] {
            #expect(try decode(forge, "push", github) == .push([push]))
        }
        let gitlab = #"""
            {"object_kind":"push","ref":"refs/heads/main","after":"5f1d","project":{"path_with_namespace":"alice/blog"}}
            """#
        #expect(try decode(.gitlab, "Push Hook", gitlab) == .push([push]))
        let bitbucket = #"""
            {"repository":{"full_name":"alice/blog"},
            "push":{"changes":[{"new":{"type":"branch","name":"main","target":{"hash":"5f1d"}}}]}}
            """#
        #expect(try decode(.bitbucket, "repo:push", bitbucket) == .push([push]))
        let server = #"""
            {"repository":{"slug":"blog","project":{"key":"alice"}},
            "changes":[{"ref":{"id":"refs/heads/main"},"fromHash":"","toHash":"5f1d","type":"UPDATE"}]}
            """#
        #expect(try decode(.bitbucketServer, "repo:refs_changed", server) == .push([push]))
        #expect(try decode(.bitbucket, "push", bitbucket) == .other("push"))
        #expect(throws: Malformed.self) { try decode(.bitbucket, "repo:push", github) }
        #expect(throws: Malformed.self) { try decode(.gitlab, "Push Hook", github) }
        #expect(throws: Malformed.self) { try decode(.github, "push", bitbucket) }
    }

    @Test func `that disable a webhook after failures get status 200`() {
        #expect(ForgeName.allCases.filter(\.answersFailuresWith200) == [.gitlab])
    }

    @Test(arguments: ForgeName.allCases)
    func `have the names of a configuration file`(_ name: ForgeName) {
        #expect(
            ["github", "gitea", "forgejo", "gogs", "gitlab", "bitbucket", "bitbucket-server"].contains(name.rawValue))
        #expect(ForgeName(rawValue: name.rawValue) == name)
    }

    @Test(arguments: ForgeName.allCases)
    func `reject any of their headers sent twice`(_ name: ForgeName) throws {
        let headers = try #require(Self.all.first { $0.0 == name }?.1)
        func isRefused(_ repeated: String) -> Bool {
            do {
                _ = try Forges(only: name).delivery {
                    if "\($0)" == repeated { throw Headers.Repeated() }
                    return try headers.lookup($0)
                }
                return false
            } catch {
                return error is Headers.Repeated
            }
        }
        var looked: Set<String> = []
        _ = try Forges(only: name).delivery {
            looked.insert("\($0)")
            return try headers.lookup($0)
        }
        #expect(looked.count >= 5)
        #expect(looked.allSatisfy(isRefused))
    }
}
