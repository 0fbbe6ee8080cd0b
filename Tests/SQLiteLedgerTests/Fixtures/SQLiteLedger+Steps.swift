import TestSupport
import Deploy
import Foundation
import Git
import GRDB
import SQLiteLedger
import Testing

/// Single steps, each in a transaction of its own, for sites that follow `main`.
extension SQLiteLedger {
    /// Records delivery `number`, of the commit of the same number unless it is said otherwise.
    @discardableResult
    func record(
        _ number: Int, commit: Int? = nil, forgeID: String? = nil, for sites: [String] = ["blog"],
        isThere: Bool = false, received: Date = Date()
    ) throws -> [Disposition] {
        let target = DeploymentRecord.Target.main(try .fake(commit ?? number))
        let delivered = sites.map { DeliveryTarget(name: $0, target: target, isThere: isThere) }
        return try write { try $0.record(.fake(number, forgeID: forgeID, received: received), for: delivered) }
    }

    /// Records delivery `number` for `blog`, and returns the deployment that it awaits.
    func awaited(_ number: Int, commit: Int? = nil, forgeID: String? = nil) throws -> DeploymentRecord.ID {
        guard case .awaits(let id) = try record(number, commit: commit, forgeID: forgeID).first else {
            throw CocoaError(.featureUnsupported)
        }
        return id
    }

    @discardableResult
    func start(_ site: String = "blog", at time: Date = Date()) throws -> StartedDeployment? {
        try write { try $0.start(site, at: time) }
    }

    func finish(_ id: DeploymentRecord.ID, _ outcome: Outcome, at time: Date = Date()) throws {
        try write { try $0.finish(id, DeploymentRecord.Conclusion(outcome), at: time) }
    }

    /// Records delivery `number`, and has it deployed, or fail.
    @discardableResult
    func deploy(
        _ number: Int, at site: String = "blog", outcome: Outcome? = nil, on time: Date = Date()
    ) throws -> DeploymentRecord.ID {
        try record(number, for: [site], received: time)
        let started = try #require(try start(site, at: time))
        try finish(started.id, outcome ?? .deployed(.fake(number)), at: time)
        return started.id
    }

    func state(of id: DeploymentRecord.ID) throws -> DeploymentRecord.State? { try deployment(id)?.state }

    /// All deployments, oldest first.
    var all: [DeploymentRecord] {
        get throws { try deployments(of: nil, limit: 10_000).reversed() }
    }
}

extension TemporaryLedger {
    /// Another program's connection to the file.
    func connection() throws -> DatabaseQueue { try DatabaseQueue(path: ledger.path) }

    /// The first row of what another program is told.
    func row(_ sql: String) throws -> Row? { try connection().read { try Row.fetchOne($0, sql: sql) } }

    /// How much another program finds in the file.
    func count(_ table: String) throws -> Int {
        try connection().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}

extension Commit {
    /// A commit that is nowhere, another one for every number.
    static func fake(_ number: Int) throws -> Commit {
        let digits = String(number, radix: 16)
        return try #require(Commit("c" + String(repeating: "0", count: 39 - digits.count) + digits))
    }
}
