import Foundation
import Testing

@testable import Webhook

@Suite struct `Gitea's deliveries` {
    private static let secret = "It's a Secret to Everybody"
    private static let digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    private func headers(_ name: String, signature: String?) -> Headers {
        var headers: Headers = [
            "X-\(name)-Event": "push", "X-\(name)-Delivery": "f6266f16-1bf3-46a5-9ea4-602e06ead473",
            "X-Hub-Signature-256": "sha256=\(Self.digest)", "X-GitHub-Event": "push", "X-GitHub-Delivery": "other",
            "Content-Type": "application/json",
        ]
        headers["X-\(name)-Signature"] = signature
        return headers
    }

    private func isVerified(_ headers: Headers, body: String = "Hello, World!") throws -> Bool {
        let secrets = Secrets(try Secret(Self.secret))
        return try secrets.verify(Data(body.utf8), of: Forges().delivery(headers.lookup), at: Date()) != nil
    }

    @Test(arguments: ["Gitea", "Forgejo", "Gogs"])
    func `are verified by a bare digest in the forge's own header`(_ name: String) throws {
        let delivery = try Forges().delivery(headers(name, signature: Self.digest).lookup)
        #expect(delivery.forge.rawValue == name.lowercased())
        #expect(delivery.id == "f6266f16-1bf3-46a5-9ea4-602e06ead473")
        #expect(delivery.event == "push")
        #expect(delivery.encoding == .json)
        #expect(try isVerified(headers(name, signature: Self.digest)))
    }

    @Test(arguments: ["Gitea", "Forgejo", "Gogs"])
    func `are not verified without the own header, even if all else is correct`(_ name: String) throws {
        for signature in [nil, "", "sha256=\(Self.digest)", "x", String(repeating: "0", count: 64)] {
            #expect(try !isVerified(headers(name, signature: signature)), "\(signature ?? "none")")
        }
        #expect(try Forges().delivery(headers(name, signature: "").lookup).authentication == .missing)
    }

    @Test func `of Forgejo are not verified by Gitea's header`() throws {
        var headers = headers("Forgejo", signature: nil)
        headers["X-Gitea-Event"] = "push"
        headers["X-Gitea-Signature"] = Self.digest
        #expect(try !isVerified(headers))
    }

    @Test func `in a form are verified by the payload`() throws {
        for name in ["Gitea", "Forgejo", "Gogs"] {
            var headers = headers(name, signature: Self.digest)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            #expect(try isVerified(headers, body: "payload=Hello%2C+World%21"))
            #expect(try !isVerified(headers, body: "payload=Hello%2C+World"))
            #expect(throws: Malformed.self) { try isVerified(headers, body: "Hello, World!") }
        }
    }

    /// The example of docs.gitea.com, "Webhooks", without some members that Bellpull ignores.
    private static let example = #"""
        {"ref": "refs/heads/develop", "before": "28e1879d029cb852e4844d9c718537df08844e03",
        "after": "bffeb74224043ba2feb48d137756c8a9331c449a", "commits": [{"id": "bffeb74224043ba2feb48d137756c8a9331c449a"}],
        "repository": {"id": 140, "owner": {"id": 1, "login": "gitea"}, "name": "webhooks", "full_name": "gitea/webhooks"},
        "pusher": {"id": 1, "login": "gitea"}}
        """#

    private func decode(
        _ event: String?, _ body: String, encoding: Delivery.Encoding? = .json, by name: ForgeName = .gitea
    ) throws -> Delivery.Event {
        let delivery = Delivery(forge: name, id: nil, event: event, authentication: .missing, encoding: encoding)
        return try Forges().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
    }

    @Test(arguments: [ForgeName.gitea, .forgejo, .gogs], [Delivery.Encoding.json, .form])
    func `are decoded as documented`(_ name: ForgeName, _ encoding: Delivery.Encoding) throws {
        let push = Push(
            repository: "gitea/webhooks", ref: "refs/heads/develop", before: "28e1879d029cb852e4844d9c718537df08844e03",
            after: "bffeb74224043ba2feb48d137756c8a9331c449a")
        #expect(try decode("push", Self.example, encoding: encoding, by: name) == .push([push]))
    }

    @Test func `of other events are recognized by their name`() throws {
        #expect(try decode("create", "") == .other("create"))
        #expect(try decode("ping", "") == .other("ping"))
        #expect(throws: Malformed("the header X-Forgejo-Event is missing")) { try decode(nil, "{}", by: .forgejo) }
        #expect(throws: Malformed("the header X-Gogs-Event is missing")) { try decode(nil, "{}", by: .gogs) }
        #expect(throws: Malformed("the header X-Gitea-Event is missing")) { try decode(nil, "{}") }
        #expect(throws: Delivery.UnsupportedEncoding()) { try decode("push", Self.example, encoding: nil) }
    }
}
