import Foundation
import Testing

@testable import Webhook

@Suite struct `GitLab's headers` {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let now = Date(timeIntervalSince1970: 1_614_265_330)
    private static let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    private static let signed: Headers = [
        "X-Gitlab-Event": "Push Hook", "Idempotency-Key": "other", "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330", "webhook-signature": signature, "Content-Type": "application/json",
    ]

    private func isVerified(_ headers: Headers, by secret: String = secret, at now: Date = now) throws -> Bool {
        let body = Data(#"{"test": 2432232314}"#.utf8)
        return try Secrets(Secret(secret)).verify(body, of: GitLab().delivery(headers.lookup), at: now) != nil
    }

    @Test func `name the delivery, the event and the encoding`() throws {
        let delivery = try GitLab().delivery(Self.signed.lookup)
        #expect(delivery.forge == .gitlab)
        #expect(delivery.id == "msg_p5jXN8AQM9LWM0D4loKWxJek")
        #expect(delivery.event == "Push Hook")
        #expect(delivery.encoding == .json)
    }

    @Test func `name the delivery by the first id that stays the same when the delivery is sent again`() throws {
        var headers: Headers = [
            "Idempotency-Key": "a", "X-Gitlab-Webhook-UUID": "b", "X-Gitlab-Event-UUID": "shared",
        ]
        #expect(try GitLab().delivery(headers.lookup).id == "a")
        headers["Idempotency-Key"] = nil
        #expect(try GitLab().delivery(headers.lookup).id == "b")
        headers["X-Gitlab-Webhook-UUID"] = nil
        #expect(try GitLab().delivery(headers.lookup).id == nil)
        #expect(throws: Malformed.self) { try GitLab().delivery((["webhook-id": "a b"] as Headers).lookup) }
    }

    @Test func `verify by signature`() throws {
        #expect(try isVerified(Self.signed))
        #expect(try !isVerified(Self.signed, at: Self.now + 301))
        #expect(try !isVerified(Self.signed, by: "whsec_AAAA"))
        var several = Self.signed
        several["webhook-signature"] = "v1,\(Data(count: 32).base64EncodedString()) v9,x \(Self.signature)"
        #expect(try isVerified(several))
    }

    @Test func `verify by token if there is no signature`() throws {
        for secret in ["a secret, with a comma", "x y", "é€", Self.secret] {
            let headers: Headers = ["X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": secret]
            #expect(try isVerified(headers, by: secret))
            #expect(try !isVerified(headers, by: "x\(secret)"))
        }
        #expect(try GitLab().delivery((["X-Gitlab-Token": ""] as Headers).lookup).authentication == .missing)
        #expect(try GitLab().delivery(([:] as Headers).lookup).authentication == .missing)
    }

    @Test func `verify nothing with a correct token next to a wrong signature`() throws {
        var headers = Self.signed
        headers["X-Gitlab-Token"] = Self.secret
        #expect(try isVerified(headers))
        #expect(try !isVerified(headers, at: Self.now + 301))
        for (name, value) in [
            ("webhook-signature", "v1,\(Data(count: 32).base64EncodedString())"), ("webhook-signature", "x"),
            ("webhook-signature", ""), ("webhook-signature", "v9,x"), ("webhook-id", "other"), ("webhook-id", nil),
            ("webhook-timestamp", "1614265331"), ("webhook-timestamp", nil), ("webhook-timestamp", "x"),
        ] {
            var wrong = headers
            wrong[name] = value
            #expect(try !isVerified(wrong), "\(name): \(value ?? "none")")
        }
    }

    @Test func `do not show the token`() throws {
        let delivery = try GitLab().delivery((["X-Gitlab-Token": "swordfish"] as Headers).lookup)
        for shown in ["\(delivery)", String(reflecting: delivery), "\(delivery.authentication)"] {
            #expect(!shown.contains("swordfish"))
        }
    }
}

@Suite struct `GitLab's events` {
    private static let zeros = String(repeating: "0", count: 40)

    private func decode(_ event: String?, _ body: String, encoding: Delivery.Encoding? = .json) throws -> Delivery.Event
    {
        let delivery = Delivery(forge: .gitlab, id: nil, event: event, authentication: .missing, encoding: encoding)
        return try GitLab().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
    }

    private func payload(
        kind: String = "push", ref: String = "refs/heads/main", before: String = "9579", after: String = "da15",
        checkout: String? = nil
    ) -> String {
        let checkout = checkout.map { "\"\($0)\"" } ?? "null"
        return #"""
            {"object_kind":"\#(kind)","event_name":"\#(kind)","before":"\#(before)","after":"\#(after)","ref":"\#(ref)",
            "checkout_sha":\#(checkout),"project":{"id":15,"path_with_namespace":"web/sites/blog","name":"Blog"},
            "repository":{"name":"Blog","full_name":"other/other"}}
            """#
    }

    private func push(
        ref: String, before: String? = "9579", after: String, isDeletion: Bool = false
    ) -> Delivery.Event {
        .push([Push(repository: "web/sites/blog", ref: ref, before: before, after: after, isDeletion: isDeletion)])
    }

    @Test func `name no commit before the creation of a branch or tag`() throws {
        let branch = payload(ref: "refs/heads/new", before: Self.zeros)
        #expect(try decode("Push Hook", branch) == push(ref: "refs/heads/new", before: nil, after: "da15"))
        let tag = payload(kind: "tag_push", ref: "refs/tags/v1", before: Self.zeros, checkout: "c0ff")
        #expect(try decode("Tag Push Hook", tag) == push(ref: "refs/tags/v1", before: nil, after: "c0ff"))
    }

    @Test(arguments: ["Push Hook", "System Hook"])
    func `include a push to a branch`(_ event: String) throws {
        #expect(try decode(event, payload(checkout: "da15")) == push(ref: "refs/heads/main", after: "da15"))
        #expect(try decode(event, payload()) == push(ref: "refs/heads/main", after: "da15"))
    }

    @Test(arguments: ["Tag Push Hook", "System Hook"])
    func `include a push of an annotated tag, with the commit of the tag`(_ event: String) throws {
        let annotated = payload(kind: "tag_push", ref: "refs/tags/v1", after: "82b3", checkout: "c0ff")
        #expect(try decode(event, annotated) == push(ref: "refs/tags/v1", after: "c0ff"))
    }

    @Test func `include a deletion`() throws {
        let branch = payload(ref: "refs/heads/old", after: Self.zeros)
        #expect(try decode("Push Hook", branch) == push(ref: "refs/heads/old", after: Self.zeros, isDeletion: true))
        let tag = payload(kind: "tag_push", ref: "refs/tags/v1", after: Self.zeros, checkout: "c0ff")
        #expect(try decode("Tag Push Hook", tag) == push(ref: "refs/tags/v1", after: Self.zeros, isDeletion: true))
    }

    @Test func `include the documented example`() throws {
        // docs.gitlab.com, "Webhook events", "Push events", without some members that Bellpull ignores.
        let example = #"""
            {
              "object_kind": "push",
              "event_name": "push",
              "before": "95790bf891e76fee5e1747ab589903a6a1f80f22",
              "after": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
              "ref": "refs/heads/master",
              "checkout_sha": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
              "user_id": 4,
              "project":{
                "id": 15,
                "name":"Diaspora",
                "avatar_url":null,
                "path_with_namespace":"mike/diaspora",
                "default_branch":"master"
              },
              "commits": [{"id": "b6568db1bc1dcd7f8b4d5a946b0b91f9dacd7327", "added": ["CHANGELOG"], "removed": []}],
              "total_commits_count": 4
            }
            """#
        let push = Push(
            repository: "mike/diaspora", ref: "refs/heads/master", before: "95790bf891e76fee5e1747ab589903a6a1f80f22",
            after: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7")
        #expect(try decode("Push Hook", example) == .push([push]))
    }

    @Test(arguments: ["Issue Hook", "Merge Request Hook", "push", "push hook", "", "a\nb"])
    func `may have an unknown name`(_ event: String) throws {
        #expect(try decode(event, "", encoding: nil) == .other(event))
    }

    @Test func `include system hooks of other kinds`() throws {
        let update = Delivery.Event.other("System Hook repository_update")
        #expect(try decode("System Hook", payload(kind: "repository_update")) == update)
        let created = #"{"event_name":"project_create","object_kind":null}"#
        #expect(try decode("System Hook", created) == .other("System Hook project_create"))
        #expect(try decode("System Hook", "{}") == .other("System Hook"))
        #expect(
            try decode("System Hook", #"{"object_kind":"merge_request","event_name":"push"}"#)
                == .other("System Hook merge_request"))
    }

    /// The examples of docs.gitlab.com, "System hooks", "Push events" and "Tag events", without some members that
    /// Bellpull ignores.
    @Test func `include the documented examples of system hooks, which have no object_kind`() throws {
        let branch = #"""
            {
              "event_name": "push",
              "before": "95790bf891e76fee5e1747ab589903a6a1f80f22",
              "after": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
              "ref": "refs/heads/master",
              "checkout_sha": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
              "user_id": 4,
              "project_id": 15,
              "project":{"name":"Diaspora","path_with_namespace":"mike/diaspora","default_branch":"master"},
              "repository":{"name": "Diaspora", "url": "git@example.com:mike/diaspora.git", "description": ""},
              "commits": [{"id": "c5feabde2d8cd023215af4d2ceeb7a64839fc428"}],
              "total_commits_count": 1
            }
            """#
        #expect(
            try decode("System Hook", branch)
                == .push([
                    Push(
                        repository: "mike/diaspora", ref: "refs/heads/master",
                        before: "95790bf891e76fee5e1747ab589903a6a1f80f22",
                        after: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7")
                ]))
        let tag = #"""
            {
              "event_name": "tag_push",
              "before": "0000000000000000000000000000000000000000",
              "after": "82b3d5ae55f7080f1e6022629cdb57bfae7cccc7",
              "ref": "refs/tags/v1.0.0",
              "checkout_sha": "5937ac0a7beb003549fc5fd26fc247adbce4a52e",
              "project":{"name":"Example","path_with_namespace":"jsmith/example"},
              "repository":{"name": "Example", "url": "ssh://git@example.com/jsmith/example.git"},
              "commits": [],
              "total_commits_count": 0
            }
            """#
        #expect(
            try decode("System Hook", tag)
                == .push([
                    Push(
                        repository: "jsmith/example", ref: "refs/tags/v1.0.0",
                        after: "5937ac0a7beb003549fc5fd26fc247adbce4a52e")
                ]))
    }

    @Test(arguments: [
        "{}", "", "[]", #"{"object_kind":"push"}"#,
        #"{"object_kind":"push","ref":"a","after":"a"}"#,
        #"{"object_kind":"push","ref":"a","after":"a","project":{"path_with_namespace":1}}"#,
        #"{"object_kind":"push","ref":1,"after":"a","project":{"path_with_namespace":"a/b"}}"#,
        #"{"object_kind":"push","ref":"a","after":null,"project":{"path_with_namespace":"a/b"}}"#,
        #"{"object_kind":"push","ref":"a","after":"a","project":"a/b"}"#,
        #"{"object_kind":1,"ref":"a","after":"a","project":{"path_with_namespace":"a/b"}}"#,
        #"{"object_kind":"push","ref":"a","ref":"b","after":"a","project":{"path_with_namespace":"a/b"}}"#,
    ])
    func `without a required member, or with one of the wrong type, are malformed`(_ text: String) {
        #expect(throws: Malformed.self) { try decode("Push Hook", text) }
    }

    @Test func `without an event header or an encoding are rejected`() {
        #expect(throws: Malformed("the header X-Gitlab-Event is missing")) { try decode(nil, payload()) }
        #expect(throws: Delivery.UnsupportedEncoding()) { try decode("Push Hook", payload(), encoding: nil) }
    }
}
