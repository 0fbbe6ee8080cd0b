import Foundation
import TestSupport
import Testing

@testable import Deploy
@testable import Pages

@Suite struct `the latest deployments` {
    private let home: TemporaryLedger
    private let latest: LatestDeployments

    init() throws {
        home = try TemporaryLedger()
        latest = LatestDeployments(home.reopened())
    }

    /// Numbers and states by site.
    private func summary(_ records: [String: [DeploymentRecord]]) -> [String: [String]] {
        records.mapValues { $0.map { "\($0.id) \($0.state.rawValue)" } }.filter { !$0.value.isEmpty }
    }

    private func expectTruth(_ step: String) throws {
        latest.note(.committed)
        let truth = Dictionary(grouping: try home.ledger.latestDeployments(), by: \.site.name)
        #expect(summary(try latest.bySite()) == summary(truth), "\(step)")
    }

    @Test func `are those of the ledger after any change`() throws {
        var random = SystemRandomNumberGenerator()
        var running: [String: DeploymentRecord.ID] = [:]
        var steps = ""
        try expectTruth("empty")
        for number in 1...300 {
            let site = ["a", "b", "c", "d"].randomElement(using: &random) ?? "a"
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                try home.ledger.record(number, for: [site])
                steps += " record \(site)"
            case 2:
                if running[site] == nil { running[site] = try home.ledger.start(site)?.id }
                steps += " start \(site)"
            default:
                guard let id = running.removeValue(forKey: site) else { continue }
                let results: [DeploymentResult] = [
                    .deployed(try .fake(number)), .failed(Failure("no")), .waiting(for: "x"), .interrupted,
                    .skipped("x"),
                ]
                let result = results.randomElement(using: &random) ?? .interrupted
                try home.ledger.finish(id, result)
                steps += " finish \(site) \(result)"
            }
            if number % 3 == 0 { try expectTruth(steps) }
        }
        #expect(try home.ledger.deployments(of: nil, limit: 1000).count > 20)
    }

    @Test func `are read as a whole if much has changed`() throws {
        try expectTruth("empty")
        try home.ledger.record(1, for: ["waiting"])
        try expectTruth("queued")
        for number in 2...200 { try home.ledger.deploy(number, at: "site-\(number % 70)") }
        try expectTruth("many")
        try home.ledger.finish(#require(try home.ledger.start("waiting")).id, .failed(Failure("no")))
        try expectTruth("an old one")
    }

    @Test func `forget another ledger`() throws {
        for number in 1...3 { try home.ledger.deploy(number) }
        try expectTruth("before")
        for suffix in ["", "-wal", "-shm"] { unlink("\(home.store.path)\(suffix)") }
        try home.ledger.deploy(1, at: "shop")
        try expectTruth("after")
        #expect(try latest.bySite().keys.contains("shop"))
    }

    @Test func `stay for readers while nothing changes`() throws {
        try home.ledger.deploy(1)
        #expect(try latest.bySite().count == 1)
        try home.ledger.deploy(2, at: "shop")
        #expect(try latest.bySite().count == 1)
        latest.note(.committed)
        #expect(try latest.bySite().count == 2)
    }
}
