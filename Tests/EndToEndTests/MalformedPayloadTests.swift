import Foundation
import Testing

/// A correctly signed body that is not the payload of a push.
struct Payload: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reason: String
    let body: Data

    init(_ name: String, _ reason: String, _ body: some Sequence<UInt8>) {
        testDescription = name
        self.reason = reason
        self.body = Data(body)
    }

    /// A valid push without its last brace, so that only an added member can be wrong.
    private static let push =
        #"{"ref":"refs/heads/main","after":"\#(String(repeating: "a", count: 40))","#
        + #""repository":{"full_name":"alice/blog"}"#

    private static func push(with member: String) -> String.UTF8View { "\(push),\(member)}".utf8 }

    private static func nested(_ open: String, _ close: String) -> String.UTF8View {
        push(with: "\"x\":" + String(repeating: open, count: 100_000) + String(repeating: close, count: 100_000))
    }

    static let all = [
        Payload("nothing", "the payload is not a JSON object", "".utf8),
        Payload("an array", "the payload is not a JSON object", "[\(push)}]".utf8),
        Payload("a string", "the payload is not a JSON object", #""push""#.utf8),
        Payload("no JSON", "the payload is not a JSON object", "ref=refs/heads/main".utf8),
        Payload("a JSON text cut short", "the payload is not JSON", push.utf8),
        Payload("a JSON text and another", "the payload is not JSON", "\(push)}{}".utf8),
        Payload("a member twice", "the payload has a duplicate member", push(with: #""ref":"refs/heads/x""#)),
        Payload(
            "a member twice, once in disguise", "the payload has an escaped member name",
            push(with: #""\u0072ef":"refs/heads/x""#)),
        Payload("arrays 100,000 deep", "the payload is nested too deeply", nested("[", "]")),
        Payload("objects 100,000 deep", "the payload is nested too deeply", nested(#"{"a":"#, "}")),
        Payload(
            "brackets that never close", "the payload is nested too deeply",
            String(repeating: #"{"a":["#, count: 50_000).utf8),
        Payload(
            "a number of a million digits", "a number in the payload is longer than 64 characters",
            push(with: "\"x\":" + String(repeating: "1", count: 1_000_000))),
        Payload(
            "a number with a million digits behind the point", "a number in the payload is longer than 64 characters",
            push(with: "\"x\":0." + String(repeating: "1", count: 1_000_000))),
        Payload(
            "a byte that is not UTF-8", "the payload is not UTF-8",
            Array("\(push),\"x\":\"".utf8) + [0xff] + Array("\"}".utf8)),
        Payload(
            "UTF-16", "the payload is not JSON", "\(push)}".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }),
        Payload("a line break in a string", "the payload is not JSON", push(with: "\"x\":\"\n\"")),
        Payload("a zero byte", "the payload is not JSON", push(with: "\"x\":\"\0\"")),
        Payload(
            "no ref",
            "the push payload is malformed: ref, after or repository.full_name is missing or has the wrong type",
            #"{"after":"a","repository":{"full_name":"alice/blog"}}"#.utf8),
        Payload(
            "a number for a ref",
            "the push payload is malformed: ref, after or repository.full_name is missing or has the wrong type",
            #"{"ref":1,"after":"a","repository":{"full_name":"alice/blog"}}"#.utf8),
    ]
}

@Suite(.bait, .serialized) struct `a signed but malformed payload` {
    @Test(arguments: Payload.all) func `is answered with the reason, at little cost`(_ payload: Payload) throws {
        let bait = try Bait.current
        let delivery = try GitHubDelivery(event: "push", body: payload.body)
        var replies: [Reply] = []

        let growth = try bait.site.bellpull.memoryGrowth {
            replies.append(try bait.refuses(delivery, status: 400, outcome: "malformed"))
        }

        #expect(growth < 16 << 20)
        let reply = try #require(replies.first)
        #expect(reply.error == payload.reason)
        #expect(reply["Bellpull-Reason"] == payload.reason)
        // The limit allows for debug builds and sanitizers. scripts/soak expects 50 ms of a release build.
        let duration = try #require(reply["Bellpull-Duration-Ms"].flatMap { Int($0) })
        #expect(duration < 2000)
    }

    @Test func `is refused as a form with two payloads`() throws {
        let bait = try Bait.current
        let form = try GitHubDelivery.form(of: bait.commit)
        let field = String(decoding: form.body, as: UTF8.self)
        let delivery = try GitHubDelivery(event: "push", body: "\(field)&\(field)")
            .with("Content-Type", "application/x-www-form-urlencoded")

        let reply = try bait.refuses(delivery, status: 400, outcome: "malformed")

        #expect(reply.error == "the form has several fields named payload")
    }

    @Test(arguments: ["", "a=b", "payload", "payload=%", "payload=%zz", "payload=%ff", "PAYLOAD={}"])
    func `is refused as a form without a payload`(body: String) throws {
        let delivery = try GitHubDelivery(event: "push", body: body)
            .with("Content-Type", "application/x-www-form-urlencoded")
        try Bait.current.refuses(delivery, status: 400, outcome: "malformed")
    }

    @Test func `is rejected without the name of its event, and the log says that its forge is unknown`() throws {
        let bait = try Bait.current
        let delivery = bait.delivery.with("X-GitHub-Event", nil).adding("X-Gitee-Event", "Push Hook")
        let reply = try bait.refuses(delivery, status: 401, outcome: "rejected")
        #expect(reply.lines == Reply.rejection)
        #expect(bait.site.bellpull.says("no known forge sends these headers: "))
        let line = bait.site.bellpull.log.split(separator: "\n").first { $0.contains("no known forge") }
        for name in ["X-Gitee-Event", "X-Github-Delivery", "X-Hub-Signature-256"] {
            #expect(line?.contains(name) == true, "\(line ?? "")")
        }
    }
}
