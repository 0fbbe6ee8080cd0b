import Foundation
import TestSupport
import Testing

/// A site with a push that nobody has delivered properly yet: what a stranger must not get deployed.
///
/// A suite that has `.bait` shares one among its tests. It is `.serialized`, too: each test looks for its own line at the
/// end of one access log.
final class Bait: Sendable {
    let site: ServedSite
    /// The delivery that would deploy it.
    let delivery: GitHubDelivery
    /// What it would deploy.
    let commit: String
    private let before: String

    @TaskLocal fileprivate static var shared: Bait?

    init() throws {
        site = try ServedSite()
        commit = try site.forge.push("second")
        delivery = try .push(of: commit)
        before = try site.clone.state
    }

    /// That of the suite.
    static var current: Bait {
        get throws {
            guard let shared else { throw Trouble("the suite has no .bait") }
            return shared
        }
    }

    /// Sends `request` to nginx. Expects this status, one line in the access log that says the same, and that nothing
    /// is deployed.
    @discardableResult
    func refuses(
        _ request: Data, status: Int, outcome: String, at location: SourceLocation = #_sourceLocation
    ) throws -> Reply {
        let count = try site.web.log.entries.count
        let reply = try RawHTTP(port: site.web.port, request).reply()
        let entry = try #require(try site.web.log.entries(count + 1).last, sourceLocation: location)
        #expect(reply.status == status, sourceLocation: location)
        #expect((reply["Bellpull-Outcome"] ?? "") == outcome, sourceLocation: location)
        #expect(entry.status == status, sourceLocation: location)
        #expect(entry.outcome == outcome, sourceLocation: location)
        #expect(entry.reason == reply["Bellpull-Reason"] ?? "", sourceLocation: location)
        try isUntouched(at: location)
        return reply
    }

    /// The same for a delivery to `/github`.
    @discardableResult
    func refuses(
        _ delivery: GitHubDelivery, status: Int, outcome: String, at location: SourceLocation = #_sourceLocation
    ) throws -> Reply {
        try refuses(
            RawHTTP.request(headers: delivery.headers, body: delivery.body), status: status, outcome: outcome,
            at: location)
    }

    /// Expects that nothing was deployed, and every line of the access log is one.
    func isUntouched(at location: SourceLocation = #_sourceLocation) throws {
        #expect(try site.clone.state == before, sourceLocation: location)
        #expect(site.bellpull.deployments.isEmpty, sourceLocation: location)
        #expect(site.bellpull.log.utf8.allSatisfy { $0 == 10 || (32...126).contains($0) }, sourceLocation: location)
        #expect(throws: Never.self, sourceLocation: location) { try site.web.log.entries }
    }
}

/// Gives a suite its `Bait`.
struct BaitTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let bait = try Bait()
        try await Bait.$shared.withValue(bait) { try await function() }
    }
}

extension Trait where Self == BaitTrait {
    /// One `Bait` for all tests of the suite.
    static var bait: Self { Self() }
}
