import Foundation
import Testing

@testable import Webhook

@Suite struct `Bitbucket's headers` {
    private static let headers: Headers = [
        "X-Event-Key": "repo:push", "X-Request-UUID": "e6b3cb5f-0c0a-4a4e-9c1c-3b2d5f7f1c11", "X-Attempt-Number": "1",
        "X-Hub-Signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
        "Content-Type": "application/json",
    ]

    private func isVerified(_ headers: Headers) throws -> Bool {
        let secrets = Secrets(try Secret("It's a Secret to Everybody"))
        return try secrets.verify(Data("Hello World!".utf8), of: Bitbucket().delivery(headers.lookup), at: Date())
            != nil
    }

    @Test func `name the delivery, the event and the encoding, and verify as published`() throws {
        let delivery = try Bitbucket().delivery(Self.headers.lookup)
        #expect(delivery.forge == .bitbucket)
        #expect(delivery.id == "e6b3cb5f-0c0a-4a4e-9c1c-3b2d5f7f1c11")
        #expect(delivery.event == "repo:push")
        #expect(delivery.encoding == .json)
        #expect(try isVerified(Self.headers))
    }

    @Test func `verify nothing by SHA-1 or by GitHub's newer header`() throws {
        let secret = try Secret("It's a Secret to Everybody")
        var headers = Self.headers
        headers["X-Hub-Signature"] = "sha1=\(hexadecimal(secret.digest(of: Data("Hello World!".utf8), by: .sha1)))"
        #expect(try Bitbucket().delivery(headers.lookup).authentication == .unreadable)
        headers["X-Hub-Signature"] = nil
        headers["X-Hub-Signature-256"] = Self.headers["X-Hub-Signature"]
        #expect(try Bitbucket().delivery(headers.lookup).authentication == .missing)
    }
}

@Suite struct `Bitbucket's events` {
    private static let zeros = String(repeating: "0", count: 40)

    private func decode(_ event: String?, _ body: String, encoding: Delivery.Encoding? = .json) throws -> Delivery.Event
    {
        let delivery = Delivery(forge: .bitbucket, id: nil, event: event, authentication: .missing, encoding: encoding)
        return try Bitbucket().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
    }

    private func payload(_ changes: String...) -> String {
        #"""
        {"actor":{"name":"x"},"push":{"changes":[\#(changes.joined(separator: ","))]},
        "repository":{"name":"blog","full_name":"alice/blog","links":{}}}
        """#
    }

    /// A change, together with the other members of the same names that Bitbucket sends.
    private func change(_ type: String, old: String?, new: String?, hash: String = "709d") -> String {
        func state(_ name: String?, _ hash: String) -> String {
            guard let name else { return "null" }
            return #"""
                {"type":"\#(type)","name":"\#(name)","links":{"self":{"name":"x"}},
                "target":{"type":"commit","hash":"\#(hash)","parents":[{"type":"commit","hash":"1e65"}],"name":"x"}}
                """#
        }
        return #"""
            {"old":\#(state(old, "1e65")),"new":\#(state(new, hash)),"forced":false,"closed":\#(new == nil),
            "commits":[{"hash":"\#(hash)","type":"commit","name":"x"}],"truncated":false}
            """#
    }

    private func push(
        _ ref: String, from before: String? = "1e65", _ after: String = "709d", isDeletion: Bool = false
    ) -> Push {
        Push(repository: "alice/blog", ref: ref, before: before, after: after, isDeletion: isDeletion)
    }

    @Test func `include a push to a branch`() throws {
        #expect(
            try decode("repo:push", payload(change("branch", old: "main", new: "main")))
                == .push([push("refs/heads/main")]))
        #expect(
            try decode("repo:push", payload(change("branch", old: nil, new: "docs/next")))
                == .push([push("refs/heads/docs/next", from: nil)]))
    }

    @Test func `include a push of a tag`() throws {
        #expect(
            try decode("repo:push", payload(change("tag", old: nil, new: "v1")))
                == .push([push("refs/tags/v1", from: nil)]))
    }

    @Test func `include a deletion`() throws {
        let text = payload(change("branch", old: "old", new: nil), change("tag", old: "v0", new: nil))
        #expect(
            try decode("repo:push", text)
                == .push([
                    push("refs/heads/old", Self.zeros, isDeletion: true),
                    push("refs/tags/v0", Self.zeros, isDeletion: true),
                ]))
    }

    @Test func `include all changes of a delivery in order`() throws {
        let text = payload(
            change("branch", old: "a", new: "a", hash: "a1"), change("tag", old: nil, new: "b", hash: "b1"),
            change("branch", old: "c", new: nil), change("bookmark", old: "d", new: "d"),
            change("branch", old: "e", new: "e", hash: "e1"))
        #expect(
            try decode("repo:push", text)
                == .push([
                    push("refs/heads/a", "a1"), push("refs/tags/b", from: nil, "b1"),
                    push("refs/heads/c", Self.zeros, isDeletion: true), push("refs/heads/e", "e1"),
                ]))
    }

    @Test func `without a moved branch or tag are not pushes`() throws {
        let event = Delivery.Event.other("repo:push of neither branch nor tag")
        #expect(try decode("repo:push", payload()) == event)
        #expect(try decode("repo:push", payload(change("bookmark", old: "d", new: "d"))) == event)
    }

    @Test func `pass on all texts unchanged`() throws {
        let text = payload(change("branch", old: nil, new: #"--upload-pack=touch \/tmp\/x\n\u202e"#, hash: "$(id)"))
        #expect(
            try decode("repo:push", text)
                == .push([push("refs/heads/--upload-pack=touch /tmp/x\n\u{202e}", from: nil, "$(id)")]))
    }

    @Test func `have at most 512 changes`() throws {
        let change = change("branch", old: nil, new: "a")
        func text(_ count: Int) -> String {
            let changes = [String](repeating: change, count: count).joined(separator: ",")
            return #"{"push":{"changes":[\#(changes)]},"repository":{"full_name":"alice/blog"}}"#
        }
        #expect(
            try decode("repo:push", text(512)) == .push([Push](repeating: push("refs/heads/a", from: nil), count: 512)))
        #expect(throws: Malformed("a list in the payload has more than 512 elements")) {
            try decode("repo:push", text(513))
        }
    }

    @Test(arguments: ["pullrequest:created", "repo:fork", "repo:refs_changed", "push", "", "a\nb"])
    func `may have an unknown name`(_ event: String) throws {
        #expect(try decode(event, "", encoding: nil) == .other(event))
    }

    @Test(arguments: [
        "{}", "", "[]", #"{"push":{"changes":[]}}"#, #"{"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":null},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":{}},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[1]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[null]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[[]]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":null,"old":null}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":{"type":"branch","name":"a"}}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":{"type":"branch","target":{"hash":"a"}}}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":{"name":"a","target":{"hash":"a"}}}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":{"type":"branch","name":1,"target":{"hash":"a"}}}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":{"type":"branch","name":"a","target":{"hash":{}}}}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"old":{"type":"branch"},"new":null}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[{"new":null,"new":null}]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[]},"push":{"changes":[]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[],"changes":[]},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[}},"repository":{"full_name":"a/b"}}"#,
        #"{"push":{"changes":[,]},"repository":{"full_name":"a/b"}}"#,
    ])
    func `without a required member, or with one of the wrong type, are malformed`(_ text: String) {
        #expect(throws: Malformed.self) { try decode("repo:push", text) }
    }

    @Test func `without an event header or an encoding are rejected`() {
        #expect(throws: Malformed("the header X-Event-Key is missing")) { try decode(nil, payload()) }
        #expect(throws: Delivery.UnsupportedEncoding()) { try decode("repo:push", payload(), encoding: nil) }
    }
}
