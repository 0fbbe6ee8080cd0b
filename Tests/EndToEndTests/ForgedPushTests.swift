import Foundation
import Testing

@Suite(.forgeBait, .serialized) struct `a manipulated push from any forge` {
    @Test(arguments: ForgePush.all, BaitedHook.all)
    func `is rejected with the same bytes whatever is wrong with its signature or token`(
        _ push: ForgePush, at hook: BaitedHook
    ) throws {
        let bait = try ForgeBait.current
        let news = ForgePush.News(commit: bait.commit)
        let delivery = try push.delivery(of: news, secret: hook.secret)
        let proof = delivery[push.proof]
        let other = try #require(BaitedHook.all.first { $0.target != hook.target })
        var forgeries = [
            "missing": delivery.with(push.proof, nil), "empty": delivery.with(push.proof, ""),
            "a digit short": delivery.with(push.proof, String(proof.dropLast())),
            "a digit long": delivery.with(push.proof, "\(proof)0"),
            "one bit changed": delivery.with(push.proof, Self.changed(proof)),
            "of an unknown algorithm": delivery.with(push.proof, "sha512=\(proof)"),
            "not one at all": delivery.with(push.proof, "x"),
            "by another hook's secret": try push.delivery(of: news, secret: other.secret),
        ]
        if push.signs {
            forgeries["of another body"] = try push.delivery(of: Data("{}".utf8), secret: hook.secret)
                .with(body: String(decoding: delivery.body, as: UTF8.self))
        }

        let replies = try bait.refuses(forgeries, at: hook, status: 401, outcome: "rejected")

        for (name, reply) in replies { #expect(reply.lines == Reply.rejection, "\(name)") }
    }

    @Test(arguments: BaitedHook.all)
    func `is rejected if GitLab's signature is of another delivery or another time`(at hook: BaitedHook) throws {
        let bait = try ForgeBait.current
        let gitlab = ForgePush.signingGitLab
        let payload = try JSONSerialization.data(withJSONObject: gitlab.payload(ForgePush.News(commit: bait.commit)))
        let delivery = try gitlab.delivery(of: payload, secret: hook.secret)
        let proof = delivery[gitlab.proof]
        let wrong = Self.changed(proof)
        let later = String(Int(Date().timeIntervalSince1970) + 9)
        var forgeries = [
            "no id": delivery.with("webhook-id", nil), "another id": delivery.with("webhook-id", "another"),
            "no time": delivery.with("webhook-timestamp", nil),
            "another time": delivery.with("webhook-timestamp", later),
            "a later version": delivery.with(gitlab.proof, proof.replacing("v1,", with: "v2,")),
            "several that are wrong": delivery.with(gitlab.proof, "\(wrong) \(wrong) v2,x"),
            "a right token beside": delivery.with(gitlab.proof, wrong).adding("X-Gitlab-Token", hook.secret),
        ]
        for minutes in [-60, -6, 6, 60] {
            let time = Date() + Double(60 * minutes)
            forgeries["\(minutes) minutes"] = try gitlab.delivery(of: payload, secret: hook.secret, time: time)
        }

        let replies = try bait.refuses(forgeries, at: hook, status: 401, outcome: "rejected")

        for (name, reply) in replies { #expect(reply.lines == Reply.rejection, "\(name)") }
        // A single right signature is enough: the push, of another branch, is ignored and not rejected.
        let news = ForgePush.News(commit: bait.commit, ref: "refs/heads/other")
        let proven = try gitlab.delivery(of: news, secret: hook.secret)
        let among = proven.with(gitlab.proof, "v2,x \(wrong) \(proven[gitlab.proof])")
        try bait.refuses(["one of several is right": among], at: hook, status: 200, outcome: "ignored")
    }

    @Test(arguments: ForgePush.all, BaitedHook.all)
    func `is malformed if a header is repeated`(_ push: ForgePush, at hook: BaitedHook) throws {
        let bait = try ForgeBait.current
        let delivery = try push.delivery(of: ForgePush.News(commit: bait.commit), secret: hook.secret)
        for name in [push.proof, push.event, push.id] {
            let twice = [delivery[name], "x", ""].map { ($0, delivery.adding(name, $0)) }
            let replies = try bait.refuses(
                Dictionary(uniqueKeysWithValues: twice), at: hook, status: 400, outcome: "malformed")
            for (value, reply) in replies { #expect(reply.error == "the header \(name) was sent twice", "\(value)") }
        }
    }

    @Test(arguments: ForgePush.all)
    func `is malformed if its delivery id holds unusual characters`(_ push: ForgePush) throws {
        let bait = try ForgeBait.current
        let hook = BaitedHook.all[0]
        let delivery = try push.delivery(of: ForgePush.News(commit: bait.commit), secret: hook.secret)
        let ids = ["a b", "a\u{1}b", "a\u{1b}[2J", "\u{e4}", "\u{202e}x", "a\"b", String(repeating: "x", count: 129)]
        let deliveries = Dictionary(uniqueKeysWithValues: ids.map { ($0, delivery.with(push.id, $0)) })
        try bait.refuses(deliveries, at: hook, status: 400, outcome: "malformed")
    }

    @Test(arguments: ForgePush.all)
    func `is malformed if its payload is ambiguous or not JSON`(_ push: ForgePush) throws {
        let bait = try ForgeBait.current
        let hook = BaitedHook.all[0]
        let payload = push.payload(ForgePush.News(commit: bait.commit))
        let json = try JSONSerialization.data(withJSONObject: payload, options: .sortedKeys)
        let open = json.dropLast()
        let name = try #require(["ref", "push", "changes"].first { payload[$0] != nil })
        func with(_ member: some Sequence<UInt8>) -> Data { open + Data(",".utf8) + member + Data("}".utf8) }
        let payloads = [
            "empty": Data(), "an array": Data("[".utf8) + json + Data("]".utf8), "cut short": open,
            "a member twice": with("\"\(name)\":{}".utf8),
            "not UTF-8": with([0x22, 0x78, 0x22, 0x3a, 0x22, 0xff, 0x22]),
            "too deep": with("\"x\":\(String(repeating: "[", count: 100_000))".utf8),
            "too long a number": with("\"x\":\(String(repeating: "1", count: 1_000_000))".utf8),
        ]
        let deliveries = try payloads.mapValues { try push.delivery(of: $0, secret: hook.secret) }
        try bait.refuses(deliveries, at: hook, status: 400, outcome: "malformed")
    }

    @Test(arguments: ForgePush.all, BaitedHook.all)
    func `is ignored if it concerns another branch, repository or event`(_ push: ForgePush, at hook: BaitedHook) throws
    {
        let bait = try ForgeBait.current
        let commit = bait.commit
        let news = [
            ForgePush.News(commit: commit, ref: "refs/heads/other"),
            ForgePush.News(commit: commit, ref: "refs/tags/v1"),
            ForgePush.News(commit: commit, isDeletion: true),
            ForgePush.News(commit: commit, repository: "mallory/blog"),
        ]
        var deliveries: [String: GitHubDelivery] = [:]
        for news in news { deliveries["\(news)"] = try push.delivery(of: news, secret: hook.secret) }
        let right = try push.delivery(of: ForgePush.News(commit: commit), secret: hook.secret)
        deliveries["another event"] = right.with(push.event, "sneeze")

        let replies = try bait.refuses(deliveries, at: hook, status: 200, outcome: "ignored")

        for (name, reply) in replies { #expect(reply.body == "{}" && reply["Bellpull-Reason"] != nil, "\(name)") }
        #expect(replies["another event"]?["Bellpull-Reason"] == "the event sneeze is not a push")
    }

    @Test(arguments: ForgePush.all.filter(\.isForm))
    func `is malformed as a form with two payloads`(_ push: ForgePush) throws {
        let bait = try ForgeBait.current
        let hook = BaitedHook.all[0]
        var delivery = try push.delivery(of: ForgePush.News(commit: bait.commit), secret: hook.secret)
        delivery.body += Data("&payload={}".utf8)
        let replies = try bait.refuses(["two": delivery], at: hook, status: 400, outcome: "malformed")
        #expect(replies["two"]?.error == "the form has several fields named payload")
    }

    /// Returns `proof` with a changed bit near its end.
    private static func changed(_ proof: String) -> String {
        var bytes = Array(proof.utf8)
        bytes[bytes.count - 4] ^= 1
        return String(decoding: bytes, as: UTF8.self)
    }
}
