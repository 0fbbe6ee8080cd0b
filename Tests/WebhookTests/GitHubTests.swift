import Foundation
import Testing

@testable import Webhook

@Suite struct `GitHub's headers` {
    private static let sha1 = "sha1=" + String(repeating: "01", count: 20)
    private static let sha256 = "sha256=" + String(repeating: "23", count: 32)

    private func authentication(_ headers: [String: String], acceptsSHA1: Bool = true) throws -> Delivery.Authentication
    {
        try GitHub(acceptsSHA1: acceptsSHA1).delivery { headers["\($0)"] }.authentication
    }

    private func signature(_ header: String, _ algorithm: Signature.Algorithm) throws -> Delivery.Authentication {
        .signature(try #require(Signature(header: header, algorithm: algorithm)))
    }

    @Test func `name the delivery, the event and the encoding`() throws {
        let headers = [
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "X-GitHub-Event": "push",
            "X-Hub-Signature-256": Self.sha256, "Content-Type": "application/json",
        ]
        let delivery = try GitHub().delivery { headers["\($0)"] }
        #expect(delivery.id == "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        #expect(delivery.event == "push")
        #expect(delivery.encoding == .json)
        #expect(try delivery.authentication == signature(Self.sha256, .sha256))
    }

    @Test func `may all be missing`() throws {
        let delivery = try GitHub().delivery { _ in nil }
        #expect(delivery == Delivery(forge: .github, id: nil, event: nil, authentication: .missing, encoding: nil))
    }

    @Test func `verify by SHA-256 if there is a SHA-256 signature`() throws {
        let both = ["X-Hub-Signature-256": Self.sha256, "X-Hub-Signature": Self.sha1]
        #expect(try authentication(both) == signature(Self.sha256, .sha256))
        for wrong in ["sha256=", "sha256=00", Self.sha1, "x"] {
            #expect(try authentication(["X-Hub-Signature-256": wrong, "X-Hub-Signature": Self.sha1]) == .unreadable)
        }
    }

    @Test func `verify by SHA-1 if there is no other signature, unless SHA-1 is disabled`() throws {
        #expect(try authentication(["X-Hub-Signature": Self.sha1]) == signature(Self.sha1, .sha1))
        #expect(try authentication(["X-Hub-Signature": Self.sha1], acceptsSHA1: false) == .missing)
        let both = ["X-Hub-Signature-256": Self.sha256, "X-Hub-Signature": Self.sha1]
        #expect(try authentication(both, acceptsSHA1: false) == signature(Self.sha256, .sha256))
    }

    @Test func `verify nothing with one algorithm in the other's header`() throws {
        #expect(try authentication(["X-Hub-Signature": Self.sha256]) == .unreadable)
        #expect(try authentication(["X-Hub-Signature-256": Self.sha1]) == .unreadable)
    }

    @Test func `with a malformed id or an unsupported encoding are rejected`() {
        #expect(throws: Malformed.self) { try authentication(["X-GitHub-Delivery": "a b"]) }
        #expect(throws: Delivery.UnsupportedEncoding.self) { try authentication(["Content-Type": "text/plain"]) }
        #expect(throws: Delivery.UnsupportedEncoding.self) { try authentication(["Content-Encoding": "gzip"]) }
    }

    @Test(arguments: [
        "X-GitHub-Delivery", "X-GitHub-Event", "X-Hub-Signature-256", "X-Hub-Signature", "Content-Type",
        "Content-Encoding",
    ])
    func `with a repeated field are rejected`(_ repeated: String) {
        struct Repeated: Error {}
        #expect(throws: Repeated.self) {
            try GitHub().delivery { name in
                if "\(name)" == repeated { throw Repeated() }
                return nil
            }
        }
    }
}

@Suite struct `GitHub's events` {
    private static let after = "5f1d0c8a3b0e64d2a9bb7c55e1f20d3c9a7e4416"
    private static let zeros = String(repeating: "0", count: 40)

    private func decode(
        _ event: String?, _ body: String, encoding: Delivery.Encoding? = .json
    ) throws -> Delivery.Event {
        let delivery = Delivery(forge: .github, id: nil, event: event, authentication: .missing, encoding: encoding)
        return try GitHub().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
    }

    private func payload(ref: String, after: String = after, more: String = "") -> String {
        #"{"ref":"\#(ref)","after":"\#(after)","repository":{"id":1,"full_name":"alice/blog"}\#(more)}"#
    }

    private func push(
        ref: String, before: String? = nil, after: String = after, isDeletion: Bool = false
    ) -> Delivery.Event {
        .push([Push(repository: "alice/blog", ref: ref, before: before, after: after, isDeletion: isDeletion)])
    }

    @Test func `name the commit before the push, if there was one`() throws {
        let before = #","before":"1e65c05c1d5171631d92438a13901ca7dae9618c""#
        #expect(
            try decode("push", payload(ref: "refs/heads/main", more: before))
                == push(ref: "refs/heads/main", before: "1e65c05c1d5171631d92438a13901ca7dae9618c"))
        #expect(
            try decode("push", payload(ref: "refs/heads/old", after: Self.zeros, more: #","deleted":true"# + before))
                == push(
                    ref: "refs/heads/old", before: "1e65c05c1d5171631d92438a13901ca7dae9618c", after: Self.zeros,
                    isDeletion: true))
        for none in [Self.zeros, String(repeating: "0", count: 64), ""] {
            let created = payload(ref: "refs/heads/new", more: #","before":"\#(none)","created":true"#)
            #expect(try decode("push", created) == push(ref: "refs/heads/new"))
        }
        #expect(
            try decode("push", payload(ref: "refs/heads/new", more: #","before":null"#)) == push(ref: "refs/heads/new"))
    }

    @Test func `include a push to a branch`() throws {
        #expect(try decode("push", payload(ref: "refs/heads/main")) == push(ref: "refs/heads/main"))
    }

    @Test func `include a push of a tag`() throws {
        #expect(try decode("push", payload(ref: "refs/tags/v1")) == push(ref: "refs/tags/v1"))
    }

    @Test func `include a deletion`() throws {
        let text = payload(ref: "refs/heads/old", after: Self.zeros, more: #","deleted":true,"created":false"#)
        #expect(try decode("push", text) == push(ref: "refs/heads/old", after: Self.zeros, isDeletion: true))
    }

    @Test func `include a new branch`() throws {
        let text = payload(ref: "refs/heads/new", more: #","created":true,"deleted":false"#)
        #expect(try decode("push", text) == push(ref: "refs/heads/new"))
    }

    @Test func `include a deletion announced only by a null commit`() throws {
        #expect(
            try decode("push", payload(ref: "refs/heads/old", after: Self.zeros))
                == push(ref: "refs/heads/old", after: Self.zeros, isDeletion: true))
        #expect(try decode("push", payload(ref: "refs/heads/old", after: "")) == push(ref: "refs/heads/old", after: ""))
    }

    @Test func `ignore a member deleted of null`() throws {
        let text = payload(ref: "refs/heads/main", more: #","deleted":null"#)
        #expect(try decode("push", text) == push(ref: "refs/heads/main"))
    }

    @Test func `pass on all texts unchanged`() throws {
        let text = payload(ref: #"\u002d-upload-pack=touch \/tmp\/x\n\u0000\u202e"#, after: "$(id)")
        #expect(try decode("push", text) == push(ref: "--upload-pack=touch /tmp/x\n\0\u{202e}", after: "$(id)"))
    }

    @Test func `include a push in a form`() throws {
        let form = "payload=" + (payload(ref: "refs/heads/main").addingPercentEncoding(withAllowedCharacters: []) ?? "")
        #expect(try decode("push", form, encoding: .form) == push(ref: "refs/heads/main"))
        #expect(throws: Malformed.self) { try decode("push", form) }
        #expect(throws: Malformed.self) { try decode("push", payload(ref: "refs/heads/main"), encoding: .form) }
        #expect(throws: Malformed("the form has several fields named payload")) {
            try decode("push", "\(form)&\(form)", encoding: .form)
        }
    }

    @Test func `of pushes need an encoding`() {
        #expect(throws: Delivery.UnsupportedEncoding()) {
            try decode("push", payload(ref: "refs/heads/main"), encoding: nil)
        }
    }

    @Test func `include a ping with any body`() throws {
        #expect(try decode("ping", #"{"zen":"Keep it logically awesome."}"#) == .ping)
        #expect(try decode("ping", "", encoding: nil) == .ping)
    }

    @Test(arguments: ["issues", "PUSH", "push ", "pushes", "a\nb", "\u{202e}", String(repeating: "x", count: 10_000)])
    func `may have an unknown name`(_ event: String) throws {
        #expect(try decode(event, "{}") == .other(event))
    }

    @Test func `without an event header are malformed`() {
        #expect(throws: Malformed("the header X-GitHub-Event is missing")) {
            try decode(nil, payload(ref: "refs/heads/main"))
        }
    }

    @Test(arguments: [
        "{}", #"{"after":"a","repository":{"full_name":"a/b"}}"#, #"{"ref":"a","repository":{"full_name":"a/b"}}"#,
        #"{"ref":"a","after":"a"}"#, #"{"ref":"a","after":"a","repository":{}}"#,
        #"{"ref":"a","after":"a","repository":null}"#, #"{"ref":"a","after":"a","repository":"a/b"}"#,
        #"{"ref":"a","after":"a","repository":["full_name"]}"#, #"{"ref":"a","after":"a","full_name":"a/b"}"#,
        #"{"ref":null,"after":"a","repository":{"full_name":"a/b"}}"#,
        #"{"ref":1,"after":"a","repository":{"full_name":"a/b"}}"#,
        #"{"ref":["a"],"after":"a","repository":{"full_name":"a/b"}}"#,
        #"{"ref":"a","after":{},"repository":{"full_name":"a/b"}}"#,
        #"{"ref":"a","after":true,"repository":{"full_name":"a/b"}}"#,
        #"{"ref":"a","after":"a","repository":{"full_name":7}}"#,
        #"{"ref":"a","after":"a","deleted":"true","repository":{"full_name":"a/b"}}"#,
        #"{"ref":"a","after":"a","deleted":1,"repository":{"full_name":"a/b"}}"#,
        #"{"ref":"\ud800","after":"a","repository":{"full_name":"a/b"}}"#,
    ])
    func `without a required member, or with one of the wrong type, are malformed`(_ text: String) {
        let error = Malformed(
            "the push payload is malformed: ref, after or repository.full_name is missing or has the wrong type")
        #expect(throws: error) { try decode("push", text) }
    }

    @Test(arguments: ["", "[]", "null", "x", #"{"ref":"a","ref":"b"}"#, "{"])
    func `of pushes without a JSON object are malformed`(_ text: String) {
        #expect(throws: Malformed.self) { try decode("push", text) }
    }
}
