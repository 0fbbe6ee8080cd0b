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

    @Test func `verify by SHA-256 whenever that is there`() throws {
        let both = ["X-Hub-Signature-256": Self.sha256, "X-Hub-Signature": Self.sha1]
        #expect(try authentication(both) == signature(Self.sha256, .sha256))
        for wrong in ["sha256=", "sha256=00", Self.sha1, "x"] {
            #expect(try authentication(["X-Hub-Signature-256": wrong, "X-Hub-Signature": Self.sha1]) == .unreadable)
        }
    }

    @Test func `verify by SHA-1 where that is all there is, unless it is off`() throws {
        #expect(try authentication(["X-Hub-Signature": Self.sha1]) == signature(Self.sha1, .sha1))
        #expect(try authentication(["X-Hub-Signature": Self.sha1], acceptsSHA1: false) == .missing)
        let both = ["X-Hub-Signature-256": Self.sha256, "X-Hub-Signature": Self.sha1]
        #expect(try authentication(both, acceptsSHA1: false) == signature(Self.sha256, .sha256))
    }

    @Test func `verify nothing with one algorithm under the other's name`() throws {
        #expect(try authentication(["X-Hub-Signature": Self.sha256]) == .unreadable)
        #expect(try authentication(["X-Hub-Signature-256": Self.sha1]) == .unreadable)
    }

    @Test func `are refused for an id or an encoding that no forge sends`() {
        #expect(throws: Malformed.self) { try authentication(["X-GitHub-Delivery": "a b"]) }
        #expect(throws: Delivery.UnsupportedEncoding.self) { try authentication(["Content-Type": "text/plain"]) }
        #expect(throws: Delivery.UnsupportedEncoding.self) { try authentication(["Content-Encoding": "gzip"]) }
    }

    @Test(arguments: [
        "X-GitHub-Delivery", "X-GitHub-Event", "X-Hub-Signature-256", "X-Hub-Signature", "Content-Type",
        "Content-Encoding",
    ])
    func `are refused if one came twice`(_ repeated: String) {
        struct Repeated: Error {}
        #expect(throws: Repeated.self) {
            try GitHub().delivery { name in
                if "\(name)" == repeated { throw Repeated() }
                return nil
            }
        }
    }
}

@Suite struct `GitHub's news` {
    private static let after = "5f1d0c8a3b0e64d2a9bb7c55e1f20d3c9a7e4416"
    private static let zeros = String(repeating: "0", count: 40)

    private func news(
        _ event: String?, _ body: String, encoding: Delivery.Encoding? = .json
    ) throws -> Delivery.Event {
        let delivery = Delivery(forge: .github, id: nil, event: event, authentication: .missing, encoding: encoding)
        return try GitHub().event(of: delivery, in: VerifiedBody(bytes: Data(body.utf8)))
    }

    private func payload(ref: String, after: String = after, more: String = "") -> String {
        #"{"ref":"\#(ref)","after":"\#(after)","repository":{"id":1,"full_name":"alice/blog"}\#(more)}"#
    }

    private func push(ref: String, after: String = after, isDeletion: Bool = false) -> Delivery.Event {
        .push([Push(repository: "alice/blog", ref: ref, after: after, isDeletion: isDeletion)])
    }

    @Test func `is a push to a branch`() throws {
        #expect(try news("push", payload(ref: "refs/heads/main")) == push(ref: "refs/heads/main"))
    }

    @Test func `is a push of a tag`() throws {
        #expect(try news("push", payload(ref: "refs/tags/v1")) == push(ref: "refs/tags/v1"))
    }

    @Test func `is a deletion`() throws {
        let text = payload(ref: "refs/heads/old", after: Self.zeros, more: #","deleted":true,"created":false"#)
        #expect(try news("push", text) == push(ref: "refs/heads/old", after: Self.zeros, isDeletion: true))
    }

    @Test func `is a new branch`() throws {
        let text = payload(ref: "refs/heads/new", more: #","created":true,"deleted":false"#)
        #expect(try news("push", text) == push(ref: "refs/heads/new"))
    }

    @Test func `is a deletion by its zeros where that is all it says`() throws {
        #expect(
            try news("push", payload(ref: "refs/heads/old", after: Self.zeros))
                == push(ref: "refs/heads/old", after: Self.zeros, isDeletion: true))
        #expect(try news("push", payload(ref: "refs/heads/old", after: "")) == push(ref: "refs/heads/old", after: ""))
    }

    @Test func `takes a deletion that is null for none`() throws {
        let text = payload(ref: "refs/heads/main", more: #","deleted":null"#)
        #expect(try news("push", text) == push(ref: "refs/heads/main"))
    }

    @Test func `hands on what it says as it says it`() throws {
        let text = payload(ref: #"\u002d-upload-pack=touch \/tmp\/x\n\u0000\u202e"#, after: "$(id)")
        #expect(try news("push", text) == push(ref: "--upload-pack=touch /tmp/x\n\0\u{202e}", after: "$(id)"))
    }

    @Test func `is a push in a form`() throws {
        let form = "payload=" + (payload(ref: "refs/heads/main").addingPercentEncoding(withAllowedCharacters: []) ?? "")
        #expect(try news("push", form, encoding: .form) == push(ref: "refs/heads/main"))
        #expect(throws: Malformed.self) { try news("push", form) }
        #expect(throws: Malformed.self) { try news("push", payload(ref: "refs/heads/main"), encoding: .form) }
        #expect(throws: Malformed("the form has several fields named payload")) {
            try news("push", "\(form)&\(form)", encoding: .form)
        }
    }

    @Test func `of a push needs to know its encoding`() {
        #expect(throws: Delivery.UnsupportedEncoding()) {
            try news("push", payload(ref: "refs/heads/main"), encoding: nil)
        }
    }

    @Test func `is a ping, whatever it holds`() throws {
        #expect(try news("ping", #"{"zen":"Keep it logically awesome."}"#) == .ping)
        #expect(try news("ping", "", encoding: nil) == .ping)
    }

    @Test(arguments: ["issues", "PUSH", "push ", "pushes", "a\nb", "\u{202e}", String(repeating: "x", count: 10_000)])
    func `is of an event never heard of`(_ event: String) throws {
        #expect(try news(event, "{}") == .other(event))
    }

    @Test func `without an event is malformed`() {
        #expect(throws: Malformed("there is no X-GitHub-Event header")) {
            try news(nil, payload(ref: "refs/heads/main"))
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
    func `of a push with members missing or of another type is malformed`(_ text: String) {
        let odd = Malformed("the payload is not that of a push: ref, after or repository.full_name is missing or odd")
        #expect(throws: odd) { try news("push", text) }
    }

    @Test(arguments: ["", "[]", "null", "x", #"{"ref":"a","ref":"b"}"#, "{"])
    func `of a push that is no JSON object is malformed`(_ text: String) {
        #expect(throws: Malformed.self) { try news("push", text) }
    }
}
