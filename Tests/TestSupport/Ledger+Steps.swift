import Deploy
import Foundation
import Git
import Testing

/// Single steps, each in its own transaction, for sites on `main`.
extension Ledger {
    /// Records delivery `number`. The delivery announces `commit`, or the commit of the same number.
    @discardableResult
    package func record(
        _ number: Int, commit: Int? = nil, forgeID: String? = nil, for sites: [String] = ["blog"],
        isAtCommit: Bool = false, at: Set<String> = [], received: Date = Date()
    ) throws -> [Disposition] {
        let target = DeploymentRecord.Target.main(try .fake(commit ?? number))
        let targets = sites.map { name in
            DeliveryTarget(name: name, target: target, isAtCommit: { isAtCommit || at.contains(name) })
        }
        return try write { try $0.record(.fake(number, forgeID: forgeID, received: received), for: targets) }
    }

    /// Records delivery `number` for `blog`, and returns the awaited deployment.
    package func awaited(_ number: Int, commit: Int? = nil, forgeID: String? = nil) throws -> DeploymentRecord.ID {
        guard case .awaits(let id) = try record(number, commit: commit, forgeID: forgeID).first else {
            throw CocoaError(.featureUnsupported)
        }
        return id
    }

    @discardableResult
    package func start(_ site: String = "blog", at time: Date = Date()) throws -> StartedDeployment? {
        try write { try $0.start(site, at: time) }
    }

    package func finish(_ id: DeploymentRecord.ID, _ result: DeploymentResult, at time: Date = Date()) throws {
        _ = try write { try $0.finish(id, DeploymentRecord.Conclusion(result), at: time) }
    }

    /// Records delivery `number`, and finishes its deployment with `result`, or as deployed.
    @discardableResult
    package func deploy(
        _ number: Int, at site: String = "blog", result: DeploymentResult? = nil, on time: Date = Date()
    ) throws -> DeploymentRecord.ID {
        try record(number, for: [site], received: time)
        let started = try #require(try start(site, at: time))
        try finish(started.id, result ?? .deployed(.fake(number)), at: time)
        return started.id
    }

    package func state(of id: DeploymentRecord.ID) throws -> DeploymentRecord.State? { try deployment(id)?.state }

    /// All deployments, oldest first.
    package var all: [DeploymentRecord] {
        get throws { try deployments(of: nil, limit: 10_000).reversed() }
    }
}

extension StartedDeployment {
    /// The announced commits.
    package var announcedCommits: Set<Commit> { Set(announced.map(\.commit)) }
}
