import Foundation
import TestSupport
import Testing

/// A site and a push without a valid delivery so far. No test of the suite may get the push deployed.
///
/// The tests of a suite with `.bait` share a bait. The suite has to be `.serialized`: each test expects its own line at
/// the end of the access log.
final class Bait: Sendable {
    let site: ServedSite
    /// A valid delivery of the push.
    let delivery: GitHubDelivery
    /// The commit of the push.
    let commit: String
    private let before: String

    @TaskLocal fileprivate static var shared: Bait?

    init() throws {
        site = try ServedSite()
        commit = try site.forge.push("second")
        delivery = try .push(of: commit)
        before = try site.clone.state
    }

    /// The bait of the current suite.
    static var current: Bait {
        get throws {
            guard let shared else { throw Trouble("the suite has no .bait") }
            return shared
        }
    }

    /// Sends `request` to nginx. Expects this status and outcome in the reply and in a line of the access log, and no
    /// deployment.
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

    /// Sends `delivery` to `/github`, with the same expectations.
    @discardableResult
    func refuses(
        _ delivery: GitHubDelivery, status: Int, outcome: String, at location: SourceLocation = #_sourceLocation
    ) throws -> Reply {
        try refuses(
            RawHTTP.request(headers: delivery.headers, body: delivery.body), status: status, outcome: outcome,
            at: location)
    }

    /// Expects an unchanged clone, no deployment, an ASCII log, and an access log of valid JSON.
    func isUntouched(at location: SourceLocation = #_sourceLocation) throws {
        #expect(try site.clone.state == before, sourceLocation: location)
        #expect(site.bellpull.deployments.isEmpty, sourceLocation: location)
        #expect(site.bellpull.log.utf8.allSatisfy { $0 == 10 || (32...126).contains($0) }, sourceLocation: location)
        #expect(throws: Never.self, sourceLocation: location) { try site.web.log.entries }
    }
}

/// Makes a `Bait` for a suite.
struct BaitTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let bait = try Bait()
        try await Bait.$shared.withValue(bait) { try await function() }
    }
}

extension Trait where Self == BaitTrait {
    /// A `Bait` for the tests of the suite to share.
    static var bait: Self { Self() }
}
