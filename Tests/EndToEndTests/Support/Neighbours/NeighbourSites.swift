import Foundation
import Synchronization
import TestSupport
import Testing

/// The sites that the tests of a suite with `.neighbours` share, one per web server, and the table of the results.
final class NeighbourSites: Sendable {
    private final class Shared: @unchecked Sendable {
        // Guards the site, and keeps the tests of one server apart.
        let lock = NSLock()
        var site: Result<NeighbourSite, any Error>?
    }

    private let shared: [Neighbour: Shared]
    private let machine = Machine()
    private let table = Mutex<[String: [Neighbour: String]]>([:])

    @TaskLocal fileprivate static var current: NeighbourSites?

    fileprivate init() {
        shared = Dictionary(uniqueKeysWithValues: Neighbour.allCases.map { ($0, Shared()) })
    }

    /// Runs `body` with the site behind `neighbour`, while no other test uses the site. Adds what `body` returns to the
    /// table, as the result of `story`.
    ///
    /// - Parameter alone: whether no test of another server may run meanwhile: a hundred CGI programs take all processors.
    static func with(
        _ neighbour: Neighbour, _ story: String, alone: Bool = false, _ body: (NeighbourSite) throws -> String
    ) throws {
        guard let current, let shared = current.shared[neighbour] else { throw Trouble("the suite has no .neighbours") }
        shared.lock.lock()
        defer { shared.lock.unlock() }
        current.machine.enter(alone: alone)
        defer { current.machine.leave(alone: alone) }
        let site = shared.site ?? Result { try NeighbourSite(behind: neighbour) }
        shared.site = site
        let result = Result { try body(site.get()) }
        current.table.withLock { $0[story, default: [:]][neighbour] = (try? result.get()) ?? "FAILED" }
        _ = try result.get()
    }

    /// A machine that many tests share, or that one test has alone.
    private final class Machine: @unchecked Sendable {
        // Guards and signals the number of tests, which is -1 while a test is alone.
        private let condition = NSCondition()
        private var count = 0

        func enter(alone: Bool) {
            condition.withLock {
                while count < 0 || (alone && count > 0) { condition.wait() }
                count = alone ? -1 : count + 1
            }
        }

        func leave(alone: Bool) {
            condition.withLock {
                count = alone ? 0 : count - 1
                condition.broadcast()
            }
        }
    }

    /// The results as a table in Markdown: a row per story, a column per server.
    fileprivate var markdown: String {
        let servers = Neighbour.installed
        let titles = servers.map { $0.rawValue.replacing(".conf", with: "") }
        let head = ["| story | \(titles.joined(separator: " | ")) |", "|---|" + servers.map { _ in "---|" }.joined()]
        let rows = table.withLock { $0 }.sorted { $0.key < $1.key }.map { story, results in
            "| \(story) | \(servers.map { results[$0] ?? "" }.joined(separator: " | ")) |"
        }
        return (head + rows).joined(separator: "\n")
    }
}

/// Makes `NeighbourSites` for a suite, and prints their table at the end.
struct NeighboursTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let sites = NeighbourSites()
        defer { print(sites.markdown) }
        try await NeighbourSites.$current.withValue(sites) { try await function() }
    }
}

extension Trait where Self == NeighboursTrait {
    /// A site per web server for the tests of the suite to share.
    static var neighbours: Self { Self() }
}
