import Foundation
import TestSupport
import Testing

/// A server with a shared hook and a hook of one site, and a push without a valid delivery so far.
///
/// The tests of a suite with `.forgeBait` share a bait. The suite has to be `.serialized`.
final class ForgeBait: Sendable {
    let server: ConfiguredServer
    /// The commit of the push.
    let commit: String
    private let before: [String]

    @TaskLocal fileprivate static var shared: ForgeBait?

    init() throws {
        server = try ConfiguredServer.withHooks()
        commit = try server.forge.push("second")
        before = try server.states
    }

    /// The bait of the current suite.
    static var current: ForgeBait {
        get throws {
            guard let shared else { throw Trouble("the suite has no .forgeBait") }
            return shared
        }
    }

    /// Sends all of `deliveries` to `hook`. Expects this status and outcome in each reply and in the access log, and no
    /// deployment.
    @discardableResult
    func refuses(
        _ deliveries: [String: GitHubDelivery], at hook: BaitedHook, status: Int, outcome: String,
        location: SourceLocation = #_sourceLocation
    ) throws -> [String: Reply] {
        try #require(!deliveries.isEmpty, sourceLocation: location)
        let count = try server.web.log.entries.count
        let replies = try deliveries.map { ($0, try server.post($1, to: hook.target)) }
        let entries = try server.web.log.entries(count + replies.count).dropFirst(count)
        #expect(entries.count == replies.count, sourceLocation: location)
        for ((name, reply), entry) in zip(replies, entries) {
            #expect(reply.status == status, "\(name)", sourceLocation: location)
            #expect((reply["Bellpull-Outcome"] ?? "") == outcome, "\(name)", sourceLocation: location)
            #expect(entry.status == status && entry.outcome == outcome, "\(name)", sourceLocation: location)
            #expect(entry.reason == reply["Bellpull-Reason"] ?? "", "\(name)", sourceLocation: location)
        }
        try isUntouched(at: location)
        return Dictionary(uniqueKeysWithValues: replies)
    }

    /// Expects unchanged clones, an empty ledger, and an ASCII log without secrets.
    private func isUntouched(at location: SourceLocation) throws {
        #expect(try server.states == before, sourceLocation: location)
        let rows = try server.ledger("SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM deployment)")
        #expect(rows == ["0"], sourceLocation: location)
        let log = try server.bellpull.log
        #expect(log.utf8.allSatisfy { $0 == 10 || (32...126).contains($0) }, sourceLocation: location)
        #expect(BaitedHook.all.allSatisfy { !log.contains($0.secret) }, sourceLocation: location)
    }
}

extension ConfiguredServer {
    fileprivate var states: [String] {
        get throws { try ["blog", "own"].map { try site($0).state } }
    }
}

/// Makes a `ForgeBait` for a suite.
struct ForgeBaitTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let bait = try ForgeBait()
        try await ForgeBait.$shared.withValue(bait) { try await function() }
    }
}

extension Trait where Self == ForgeBaitTrait {
    /// A `ForgeBait` for the tests of the suite to share.
    static var forgeBait: Self { Self() }
}
