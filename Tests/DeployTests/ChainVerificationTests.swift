import Foundation
import TestSupport
import Testing

@testable import Deploy

@Suite struct `the verification of receipts` {
    private typealias Row = (link: ChainLink, record: DeploymentRecord)

    private func record(_ id: Int64, output: String = "", note: String? = nil) throws -> DeploymentRecord {
        let time = Date(timeIntervalSince1970: 1000 + Double(id))
        return DeploymentRecord(
            id: id, site: SiteOnHost(name: "blog", host: "www"), cause: .push, state: .deployed,
            target: .main(try .fake(Int(id))), commit: try .fake(Int(id)), queued: time, started: time, ended: time,
            duration: .milliseconds(5), failure: nil, note: note, deliveries: 1, output: output)
    }

    private func rows(_ count: Int64) throws -> [Row] {
        var previous = Receipt.none
        return try (1...count).map { number in
            let record = try record(number + 100)
            let receipt = try #require(Receipt(of: record, number: number, after: previous))
            defer { previous = receipt }
            return (ChainLink(deployment: record.id, number: number, previous: previous, receipt: receipt), record)
        }
    }

    private func extent(_ anchor: ChainLink.End = .none) -> LedgerExtent {
        LedgerExtent(deliveries: .distantPast, deployments: .distantPast, lastUnchained: 50, anchor: anchor)
    }

    private func faults(_ rows: [Row], _ anchor: ChainLink.End = .none) -> [ChainVerification.Fault] {
        var verification = ChainVerification(extent(anchor))
        for row in rows { verification.add(row.link, row.record) }
        return verification.faults
    }

    @Test func `finds nothing in an intact chain`() throws {
        #expect(try faults(rows(5)).isEmpty)
        #expect(faults([]).isEmpty)
    }

    @Test func `names a changed row`() throws {
        var rows = try rows(5)
        rows[2].record = try record(103, output: "other")
        #expect(faults(rows) == [.changed(103)])
    }

    @Test func `names the row after one whose receipt was computed anew`() throws {
        var rows = try rows(5)
        let forged = try record(103, note: "forged")
        let receipt = try #require(Receipt(of: forged, number: 3, after: rows[2].link.previous))
        rows[2] = (ChainLink(deployment: 103, number: 3, previous: rows[2].link.previous, receipt: receipt), forged)
        #expect(faults(rows) == [.broken(104)])
    }

    @Test func `names removed rows`() throws {
        var rows = try rows(6)
        rows.removeSubrange(2...3)
        #expect(faults(rows) == [.gap(3...4, before: 105)])
        var verification = ChainVerification(extent())
        verification.addOrphan(rows[0].link)
        #expect(verification.faults == [.removed(101)])
        rows.removeFirst(2)
        #expect(faults(rows) == [.gap(1...4, before: 105)])
    }

    @Test func `excuses pruned rows, and no others`() throws {
        let all = try rows(6)
        let anchor = ChainLink.End(number: 3, receipt: all[2].link.receipt)
        #expect(faults(Array(all[3...]), anchor).isEmpty)
        // A site keeps its last deployment.
        #expect(faults([all[1]] + all[3...], anchor).isEmpty)
        #expect(faults([all[1]] + all[4...], anchor) == [.gap(4...4, before: 105)])
        #expect(faults(Array(all[3...]), ChainLink.End(number: 3, receipt: .none)) == [.broken(104)])
    }

    @Test func `names a finished row without a receipt, unless it is from before`() {
        var verification = ChainVerification(extent())
        verification.addUnchained(50, isFinished: true)
        verification.addUnchained(60, isFinished: false)
        #expect(verification.faults.isEmpty)
        verification.addUnchained(60, isFinished: true)
        #expect(verification.faults == [.unsealed(60)])
    }

    /// Computed with `printf … | sha256sum`, from the documentation alone.
    @Test func `computes what is documented`() throws {
        let fields =
            ["bellpull receipt 1", String(repeating: "0", count: 64), "1", "101", "www", "blog", "follow", "push"]
            + ["deployed", "refs/heads/main", "\(try record(101).target?.commit.description ?? "")"]
        let middle = fields.map { "\($0.utf8.count):\($0)," }.joined()
        let commit = try record(101).commit?.description ?? ""
        let text =
            middle + "-,1:0,\(commit.utf8.count):\(commit),7:1101000,7:1101000,7:1101000,1:5,-,-,-,0:,"
        let sum = try Shell.run("printf %s '\(text)' | sha256sum").output.prefix(64)
        #expect(Receipt(of: try record(101), number: 1, after: .none)?.description == String(sum))
    }

    @Test func `reads and writes receipts as text`() throws {
        let receipt = try #require(Receipt(of: record(101), number: 1, after: .none))
        #expect(Receipt(receipt.description) == receipt && receipt.short == receipt.description.prefix(12))
        for text in ["", "ab", String(repeating: "g", count: 64), String(repeating: "A", count: 64)] {
            #expect(Receipt(text) == nil)
        }
        #expect(Receipt(Data(count: 31)) == nil)
    }

    @Test func `covers every property of a deployment that the ledger shows`() throws {
        let base = try record(101)
        let time = Date(timeIntervalSince1970: 5)
        func copy(
            site: String = "blog", order: Order = .follow, cause: DeploymentRecord.Cause = .push,
            state: DeploymentRecord.State = .deployed, target: DeploymentRecord.Target?? = nil, commit: Int? = 101,
            queued: Date? = nil, started: Date? = nil, ended: Date? = nil, failure: Failure? = nil, note: String? = nil,
            output: String = ""
        ) throws -> DeploymentRecord {
            DeploymentRecord(
                id: 101, site: SiteOnHost(name: site, host: "www"), order: order, cause: cause, state: state,
                target: target ?? base.target, commit: try commit.map { try .fake($0) }, queued: queued ?? base.queued,
                started: started ?? base.started, ended: ended ?? base.ended, duration: base.duration, failure: failure,
                note: note, deliveries: 1, output: output)
        }
        let others = [
            try copy(site: "shop"), try copy(order: .place(at: .fake(1))), try copy(cause: .command),
            try copy(state: .unchanged), try copy(target: .some(nil)), try copy(target: .main(.fake(7))),
            try copy(commit: nil), try copy(commit: 7), try copy(queued: time), try copy(started: time),
            try copy(ended: time), try copy(failure: Failure("no")), try copy(failure: Failure("no", hint: "yes")),
            try copy(note: "x"), try copy(output: "x"), base,
        ]
        #expect(Set(others.map { Receipt(of: $0, number: 1, after: .none) }).count == others.count)
        #expect(try copy() == base)
    }
}
