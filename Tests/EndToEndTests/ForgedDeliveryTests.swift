import Foundation
import Testing

/// A change to a delivery after which the signature is wrong or missing.
struct Forgery: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let forge: @Sendable (GitHubDelivery) throws -> GitHubDelivery

    init(_ name: String, _ forge: @escaping @Sendable (GitHubDelivery) throws -> GitHubDelivery) {
        testDescription = name
        self.forge = forge
    }

    /// A forgery whose only signature is `signature` of the right digest.
    static func signed(_ name: String, _ signature: @escaping @Sendable (_ digest: String) -> String) -> Forgery {
        Forgery(name) { delivery in
            let digest = String(delivery["X-Hub-Signature-256"].dropFirst("sha256=".count))
            return delivery.with("X-Hub-Signature", nil).with("X-Hub-Signature-256", signature(digest))
        }
    }

    static let all = [
        Forgery("no signature") { $0.with("X-Hub-Signature", nil).with("X-Hub-Signature-256", nil) },
        .signed("an empty one") { _ in "" },
        .signed("only the name of the algorithm") { _ in "sha256=" },
        .signed("one digit short") { "sha256=\($0.dropLast())" },
        .signed("one byte short") { "sha256=\($0.dropLast(2))" },
        .signed("one byte long") { "sha256=\($0)00" },
        .signed("10,000 digits") { _ in "sha256=\(String(repeating: "0", count: 7000))" },
        .signed("not hexadecimal") { "sha256=\($0.dropLast())g" },
        .signed("no algorithm") { $0 },
        .signed("an unknown algorithm") { "sha512=\($0)" },
        .signed("the wrong case of the algorithm") { "SHA256=\($0)" },
        .signed("no digest at all") { "none=\($0)" },
        .signed("two in one header") { "sha256=\($0) sha256=\($0)" },
        .signed("one bit changed") { "sha256=\($0.dropLast())\($0.last == "0" ? "1" : "0")" },
        .signed("all zeros") { _ in "sha256=\(String(repeating: "0", count: 64))" },
        Forgery("of another body") { $0.with(body: String(decoding: $0.body, as: UTF8.self) + " ") },
        Forgery("of an empty body") { _ in try GitHubDelivery(event: "push", body: "").with(body: "{}") },
        Forgery("with another secret") { try GitHubDelivery(event: "push", body: $0.body, secret: "guessed") },
        Forgery("with an empty secret") { try GitHubDelivery(event: "push", body: $0.body, secret: "") },
        Forgery("of SHA-1 under the name of SHA-256") {
            $0.with("X-Hub-Signature-256", $0["X-Hub-Signature"]).with("X-Hub-Signature", nil)
        },
        Forgery("of SHA-256 under the name of SHA-1") {
            $0.with("X-Hub-Signature", $0["X-Hub-Signature-256"]).with("X-Hub-Signature-256", nil)
        },
        Forgery("right by SHA-1, beside a wrong SHA-256") {
            $0.with("X-Hub-Signature-256", "sha256=\(String(repeating: "0", count: 64))")
        },
        Forgery("right by SHA-1, beside an unreadable SHA-256") { $0.with("X-Hub-Signature-256", "x") },
    ]
}

@Suite(.bait, .serialized) struct `a forged delivery` {
    @Test(arguments: Forgery.all) func `is rejected with the same bytes whatever is wrong`(_ forgery: Forgery) throws {
        let bait = try Bait.current

        let reply = try bait.refuses(forgery.forge(bait.delivery), status: 401, outcome: "rejected")

        #expect(reply.lines == Reply.rejection)
    }

    @Test func `is logged with the reason for its rejection`() throws {
        let bait = try Bait.current
        let unsigned = bait.delivery.with("X-Hub-Signature", nil).with("X-Hub-Signature-256", nil)

        try bait.refuses(unsigned.with("X-GitHub-Delivery", "one"), status: 401, outcome: "rejected")
        try bait.refuses(
            bait.delivery.with("X-Hub-Signature-256", "x").with("X-GitHub-Delivery", "two"), status: 401,
            outcome: "rejected")
        try bait.refuses(
            bait.delivery.with(body: "{}").with("X-GitHub-Delivery", "three"), status: 401, outcome: "rejected")

        for (id, reason) in [
            ("one", "no signature"), ("two", "the signature header is malformed"),
            ("three", "the signature does not match the body and the secret"),
        ] {
            let facts = "status=401 delivery=\(id) event=push"
            #expect(bait.site.bellpull.says(facts))
            let line = bait.site.bellpull.log.split(separator: "\n").first { $0.contains(facts) }
            #expect(line?.contains(#"reason="\#(reason)""#) == true, "\(line ?? "")")
        }
        #expect(!bait.site.bellpull.log.contains(GitHubDelivery.secret))
    }

    @Test(arguments: [
        "X-Hub-Signature", "X-Hub-Signature-256", "X-GitHub-Event", "X-GitHub-Delivery", "Content-Encoding",
    ])
    func `is malformed if a header is repeated`(name: String) throws {
        let bait = try Bait.current
        let value = name == "Content-Encoding" ? "identity" : bait.delivery[name]
        let delivery = bait.delivery.with(name, value).adding(name, value)

        let reply = try bait.refuses(delivery, status: 400, outcome: "malformed")

        #expect(reply.error == "the header \(name) was sent twice")
    }
}
