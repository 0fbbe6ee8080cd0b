import Foundation
import Testing

@testable import Webhook

@Suite struct `Bitbucket Data Center's headers` {
    private static let headers: Headers = [
        "X-Event-Key": "repo:refs_changed", "X-Request-Id": "a7a1b2c6-2e2d-4c3a-9d5f-1c0d1c3f6a57",
        "X-Hub-Signature": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "Content-Type": "application/json; charset=utf-8",
    ]

    private func isVerified(_ headers: Headers) throws -> Bool {
        let secrets = Secrets(try Secret("It's a Secret to Everybody"))
        return try secrets.verify(Data("Hello, World!".utf8), of: Forges().delivery(headers.lookup), at: Date()) != nil
    }

    @Test func `name the delivery, the event and the encoding, and verify the body`() throws {
        let delivery = try Forges().delivery(Self.headers.lookup)
        #expect(delivery.forge == .bitbucketServer)
        #expect(delivery.id == "a7a1b2c6-2e2d-4c3a-9d5f-1c0d1c3f6a57")
        #expect(delivery.event == "repo:refs_changed")
        #expect(delivery.encoding == .json)
        #expect(try isVerified(Self.headers))
    }

    @Test(arguments: [nil, "", "x", "sha256=", "sha1=0000000000000000000000000000000000000000"])
    func `verify nothing without a correct signature`(_ signature: String?) throws {
        var headers = Self.headers
        headers["X-Hub-Signature"] = signature
        #expect(try !isVerified(headers))
        headers["X-Hub-Signature-256"] = Self.headers["X-Hub-Signature"]
        #expect(try !isVerified(headers))
    }

    @Test func `of a test of the connection need no signature, but a wrong one is not ignored`() throws {
        var headers = Self.headers
        headers["X-Event-Key"] = "diagnostics:ping"
        #expect(try isVerified(headers))
        headers["X-Hub-Signature"] = nil
        #expect(try Forges().delivery(headers.lookup).authentication == .unsignedPing)
        #expect(try !isVerified(headers), "a ping verifies nothing")
        headers["X-Hub-Signature"] = "x"
        #expect(try Forges().delivery(headers.lookup).authentication == .unreadable)
        headers["X-Event-Key"] = "repo:refs_changed"
        headers["X-Hub-Signature"] = nil
        #expect(try Forges().delivery(headers.lookup).authentication == .missing)
    }
}

@Suite struct `Bitbucket Data Center's events` {
    private static let zeros = String(repeating: "0", count: 40)
    private static let from = "ecddabb624f6f5ba43816f5926e580a5f680a932"
    private static let to = "178864a7d521b6f5e720b386b2c2b0ef8563e0dc"

    /// The example of confluence.atlassian.com, "Event payload", "Push", with other changes.
    private func payload(_ changes: String...) -> String {
        #"""
        {"eventKey":"repo:refs_changed","date":"2017-09-19T09:45:32+1000",
        "actor":{"name":"admin","emailAddress":"admin@example.com","id":1,"slug":"admin","type":"NORMAL"},
        "repository":{"slug":"repository","id":84,"name":"repository","scmId":"git","state":"AVAILABLE",
        "statusMessage":"Available","forkable":true,
        "project":{"key":"PROJ","id":84,"name":"project","public":false,"type":"NORMAL"},"public":false},
        "changes":[\#(changes.joined(separator: ","))]}
        """#
    }

    private func change(
        _ ref: String = "refs/heads/master", _ type: String = "UPDATE", from: String = from, to: String = to
    ) -> String {
        #"""
        {"ref":{"id":"\#(ref)","displayId":"x","type":"BRANCH"},"refId":"\#(ref)",
        "fromHash":"\#(from)","toHash":"\#(to)","type":"\#(type)"}
        """#
    }

    private func decode(
        _ event: String?, _ body: String, encoding: Delivery.Encoding? = .json
    ) throws -> Delivery.Event {
        let delivery = Delivery(
            forge: .bitbucketServer, id: nil, event: event, authentication: .missing, encoding: encoding)
        return try Forges().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
    }

    private func push(
        _ ref: String = "refs/heads/master", before: String? = from, after: String = to, isDeletion: Bool = false
    ) -> Push {
        Push(repository: "PROJ/repository", ref: ref, before: before, after: after, isDeletion: isDeletion)
    }

    @Test func `include the documented example`() throws {
        #expect(try decode("repo:refs_changed", payload(change())) == .push([push()]))
    }

    @Test func `include all changes in order, with creations and deletions`() throws {
        let text = payload(
            change("refs/heads/new", "ADD", from: Self.zeros), change("refs/tags/v1", "ADD", from: Self.zeros),
            change("refs/heads/old", "DELETE", to: Self.zeros), change("refs/notes/x"),
            change("refs/tags/v0", "DELETE", to: Self.zeros))
        #expect(
            try decode("repo:refs_changed", text)
                == .push([
                    push("refs/heads/new", before: nil), push("refs/tags/v1", before: nil),
                    push("refs/heads/old", after: Self.zeros, isDeletion: true),
                    push("refs/tags/v0", after: Self.zeros, isDeletion: true),
                ]))
    }

    @Test func `name a person's repository as in the URL of a clone`() throws {
        let text = payload(change()).replacing("\"PROJ\"", with: "\"~ALICE\"")
        guard case .push(let pushes) = try decode("repo:refs_changed", text) else { throw CancellationError() }
        #expect(pushes.map(\.repository) == ["~ALICE/repository"])
    }

    @Test func `without a moved branch or tag are not pushes`() throws {
        let event = Delivery.Event.other("repo:refs_changed of neither branch nor tag")
        #expect(try decode("repo:refs_changed", payload()) == event)
        #expect(try decode("repo:refs_changed", payload(change("refs/notes/x"))) == event)
    }

    @Test func `include a ping with any body`() throws {
        #expect(try decode("diagnostics:ping", #"{"test": true}"#) == .ping)
        #expect(try decode("diagnostics:ping", "", encoding: nil) == .ping)
    }

    @Test(arguments: ["pr:opened", "repo:modified", "repo:push", "", "a\nb"])
    func `may have an unknown name`(_ event: String) throws {
        #expect(try decode(event, "", encoding: nil) == .other(event))
    }

    @Test(arguments: [
        "{}", "", "[]", #"{"changes":[]}"#, #"{"repository":{"slug":"a","project":{"key":"b"}}}"#,
        #"{"changes":[],"repository":{"slug":"a"}}"#, #"{"changes":[],"repository":{"project":{"key":"b"}}}"#,
        #"{"changes":{},"repository":{"slug":"a","project":{"key":"b"}}}"#,
        #"{"changes":[1],"repository":{"slug":"a","project":{"key":"b"}}}"#,
        #"{"changes":[{}],"repository":{"slug":"a","project":{"key":"b"}}}"#,
        #"{"changes":[{"ref":{"id":"refs/heads/a"},"fromHash":"a","type":"UPDATE"}],"repository":{"slug":"a","project":{"key":"b"}}}"#,
        #"{"changes":[{"refId":"refs/heads/a","fromHash":"a","toHash":"b","type":"UPDATE"}],"repository":{"slug":"a","project":{"key":"b"}}}"#,
    ])
    func `without a required member, or with one of the wrong type, are malformed`(_ text: String) {
        #expect(throws: Malformed.self) { try decode("repo:refs_changed", text) }
    }

    @Test func `without an event header or an encoding are rejected`() {
        #expect(throws: Malformed("the header X-Event-Key is missing")) { try decode(nil, payload()) }
        #expect(throws: Delivery.UnsupportedEncoding()) {
            try decode("repo:refs_changed", payload(change()), encoding: nil)
        }
    }
}
