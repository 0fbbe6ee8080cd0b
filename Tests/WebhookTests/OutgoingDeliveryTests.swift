import Foundation
import Testing

@testable import Webhook

@Suite struct `a delivery as a forge sends it` {
    private static let commit = "4f3c2e1d0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d"
    private static let before = "1111111111111111111111111111111111111111"
    private static let plain = "It's a Secret to \\ \"Everybody\""
    private static let signing = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// Returns what Bellpull makes of the delivery; `nil` if it does not verify.
    private func event(
        _ sent: OutgoingDelivery, _ secret: Secret, at now: Date = Date()
    ) throws -> (Delivery, Delivery.Event)? {
        let headers = Dictionary(sent.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        #expect(headers.count == sent.headers.count)
        let forges = Forges()
        let delivery = try forges.delivery { headers["\($0)".lowercased()] }
        guard let (body, slot) = try Secrets(secret).verify(sent.body, of: delivery, at: now) else { return nil }
        #expect(slot == .current)
        return (delivery, try forges.event(of: delivery, in: body))
    }

    @Test(arguments: ForgeName.allCases, [plain, signing])
    func `is verified and read as the forge's push`(forge: ForgeName, text: String) throws {
        let secret = try Secret(text)
        for (ref, before) in [("refs/heads/main", Self.before), ("refs/tags/v1.0", nil)] as [(String, String?)] {
            let message = OutgoingDelivery.Message.push(ref: ref, commit: Self.commit, before: before)
            let sent = try OutgoingDelivery(message, from: forge, of: "alice/blog", secret: secret)
            let (delivery, event) = try #require(try event(sent, secret))
            #expect(delivery.forge == forge)
            #expect(delivery.id == sent.id)
            #expect(
                event
                    == .push([Push(repository: "alice/blog", ref: ref, before: before, after: Self.commit)]))
        }
    }

    @Test(arguments: ForgeName.allCases) func `does not verify with another secret`(forge: ForgeName) throws {
        let message = OutgoingDelivery.Message.push(ref: "refs/heads/main", commit: Self.commit, before: nil)
        let sent = try OutgoingDelivery(message, from: forge, of: "alice/blog", secret: try Secret(Self.plain))
        #expect(try event(sent, try Secret("another secret")) == nil)
        let signed = try OutgoingDelivery(message, from: forge, of: "alice/blog", secret: try Secret(Self.signing))
        #expect(try event(signed, try Secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAA")) == nil)
    }

    @Test func `of GitLab with a signing token becomes stale`() throws {
        let secret = try Secret(Self.signing)
        let sent = try OutgoingDelivery(
            .push(ref: "refs/heads/main", commit: Self.commit, before: nil), from: .gitlab, of: "alice/blog",
            secret: secret)
        #expect(try event(sent, secret, at: Date(timeIntervalSinceNow: 600)) == nil)
        #expect(!sent.headers.contains { $0.value.contains("whsec_") })
    }

    @Test(arguments: ForgeName.allCases) func `is a ping where the forge has one`(forge: ForgeName) throws {
        let secret = try Secret(Self.plain)
        guard forge == .github || forge == .bitbucketServer else {
            #expect(throws: OutgoingDelivery.NoPing()) {
                try OutgoingDelivery(.ping, from: forge, of: "alice/blog", secret: secret)
            }
            return
        }
        let sent = try OutgoingDelivery(.ping, from: forge, of: "alice/blog", secret: secret)
        let (delivery, event) = try #require(try event(sent, secret))
        #expect((delivery.forge, event) == (forge, .ping))
    }

    @Test func `names Bitbucket Data Center's project and repository`() throws {
        let secret = try Secret(Self.plain)
        let sent = try OutgoingDelivery(
            .push(ref: "refs/heads/main", commit: Self.commit, before: nil), from: .bitbucketServer, of: "~ALICE/blog",
            secret: secret)
        let (_, event) = try #require(try event(sent, secret))
        #expect(event == .push([Push(repository: "~ALICE/blog", ref: "refs/heads/main", after: Self.commit)]))
    }
}
