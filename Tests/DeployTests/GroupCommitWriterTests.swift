import TestSupport
import Foundation
import Git
import Synchronization
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the group commit writer` {
    private let home: TemporaryLedger
    private let ledger: WatchedLedger

    init() throws {
        home = try TemporaryLedger()
        ledger = WatchedLedger(home.ledger)
    }

    /// The results of entries by number, in the order of arrival.
    private final class Results: Sendable {
        let all = Mutex<[(number: Int, error: LedgerError?)]>([])

        var count: Int { all.withLock(\.count) }
        var numbers: [Int] { all.withLock { $0.map(\.number) } }
        var errors: [Int: LedgerError] {
            all.withLock { Dictionary($0.compactMap { entry in entry.error.map { (entry.number, $0) } }) { $1 } }
        }
    }

    /// Records delivery `number` for a site of its own.
    private func record(
        _ number: Int, _ delivery: DeliveryRecord? = nil, by writer: GroupCommitWriter, _ results: Results
    ) throws {
        let site = DeliveryTarget(name: "site-\(number)", target: .main(try .fake(number)))
        writer.write {
            try $0.record(delivery ?? .fake(number), for: [site])
        } then: { result in
            let error: LedgerError? = if case .failure(let error) = result { error } else { nil }
            results.all.withLock { $0.append((number, error)) }
        }
    }

    /// A writer, with the first entry waiting until `door` is open.
    private func busyScribe(_ door: Door, _ results: Results) throws -> GroupCommitWriter {
        let writer = GroupCommitWriter(ledger)
        ledger.wait(at: door)
        try record(0, by: writer, results)
        door.awaitArrival()
        return writer
    }

    @Test func `writes all entries that arrive during a transaction in the next one, in order`() throws {
        let door = Door()
        let results = Results()
        let writer = try busyScribe(door, results)
        defer { writer.dismiss() }
        for number in 1...1000 { try record(number, by: writer, results) }
        #expect(results.count == 0)
        door.open()
        #expect(Observation.eventually { results.count == 1001 })
        #expect(ledger.writes == 2)
        #expect(results.numbers == Array(0...1000) && results.errors.isEmpty)
        let sites = try home.ledger.deployments(of: nil, limit: 2000).reversed().map(\.site.name)
        #expect(sites == (0...1000).map { "site-\($0)" })
    }

    @Test func `expects company only after a transaction of several entries, and not for long`() {
        let start = ContinuousClock.now
        var crowd = Crowd()
        for second in 0..<100 {
            crowd.wrote(1, at: start + .microseconds(second * 200))
            #expect(!crowd.isExpected(at: start + .microseconds(second * 200 + 1)))
        }
        crowd.wrote(2, at: start + .seconds(1))
        crowd.wrote(1, at: start + .seconds(1) + .milliseconds(4))
        #expect(crowd.isExpected(at: start + .seconds(1) + .milliseconds(9)))
        #expect(!crowd.isExpected(at: start + .seconds(1) + .milliseconds(10)))
    }

    @Test func `accepts entries of many threads, each once`() throws {
        let results = Results()
        let writer = GroupCommitWriter(ledger)
        defer { writer.dismiss() }
        let writers = (0..<8).map { thread in
            Running { for number in 0..<50 { try record(50 * thread + number, by: writer, results) } }
        }
        for writer in writers { #expect(writer.isSuccess()) }
        #expect(Observation.eventually { results.count == 400 })
        #expect(Set(results.numbers).count == 400 && results.errors.isEmpty)
        #expect(try home.ledger.deployments(of: nil, limit: 1000).count == 400)
        #expect(ledger.writes <= 400)
    }

    @Test func `reports an entry as written when it is durable, and not before`() throws {
        let writer = GroupCommitWriter(ledger)
        defer { writer.dismiss() }
        for number in 0..<20 {
            let site = "site-\(number)"
            let isThere = Mutex<Bool?>(nil)
            writer.write {
                try $0.queue(site, .follow, cause: .command, target: nil, at: Date())
            } then: { [home] _ in
                // Reads on a separate connection, like another process.
                let found = try? home.reopened().deployments(of: site, limit: 1).count == 1
                isThere.withLock { $0 = found }
            }
            #expect(Observation.eventually { isThere.withLock { $0 } != nil })
            #expect(isThere.withLock { $0 } == true)
        }
    }

    @Test func `fails an entry that cannot be written without failing others`() throws {
        let door = Door()
        let results = Results()
        let writer = try busyScribe(door, results)
        defer { writer.dismiss() }
        let bad = DeliveryRecord(digest: Data(), forge: "github", forgeID: nil, repository: "alice/blog")
        for number in 1...20 { try record(number, number == 7 ? bad : nil, by: writer, results) }
        door.open()
        #expect(Observation.eventually { results.count == 21 })
        #expect(results.errors.keys.sorted() == [7] && results.errors[7]?.isOfEntry == true)
        #expect(results.numbers == Array(0...20))
        #expect(try home.ledger.deployments(of: nil, limit: 100).count == 20)
    }

    @Test func `fails all entries at once while the ledger is in trouble, and writes again afterwards`() throws {
        let door = Door()
        let results = Results()
        let writer = try busyScribe(door, results)
        defer { writer.dismiss() }
        let full = LedgerError("the disk is full", hint: "make room")
        for number in 1...10 { try record(number, by: writer, results) }
        ledger.fail(full)
        door.open()
        #expect(Observation.eventually { results.count == 11 })
        #expect(results.errors == Dictionary(uniqueKeysWithValues: (0...10).map { ($0, full) }))
        #expect(ledger.writes == 2)
        ledger.fail(nil)
        try record(11, by: writer, results)
        #expect(Observation.eventually { results.count == 12 })
        #expect(results.errors[11] == nil)
    }

    @Test func `refuses entries at once while its queue is full`() throws {
        let door = Door()
        let results = Results()
        let writer = try busyScribe(door, results)
        defer { writer.dismiss() }
        for number in 1...4096 { try record(number, by: writer, results) }
        #expect(results.count == 0)
        try record(4097, by: writer, results)
        #expect(results.errors == [4097: LedgerError("the ledger's write queue is full (4096 entries)")])
        door.open()
        #expect(Observation.eventually { results.count == 4098 })
        #expect(results.errors.count == 1)
        try record(4098, by: writer, results)
        #expect(Observation.eventually { results.count == 4099 })
        #expect(results.errors.count == 1)
    }

    @Test func `writes the entries from before its dismissal, and none after`() throws {
        let door = Door()
        let results = Results()
        let writer = try busyScribe(door, results)
        for number in 1...5 { try record(number, by: writer, results) }
        writer.dismiss()
        try record(6, by: writer, results)
        #expect(results.errors == [6: LedgerError("bellpull is stopping and records nothing more")])
        door.open()
        #expect(Observation.eventually { results.count == 7 })
        #expect(results.errors.count == 1)
        #expect(throws: LedgerError("bellpull is stopping and records nothing more")) { try writer.write { _ in } }
    }

    @Test func `returns a result to the thread that waits for it`() throws {
        let writer = GroupCommitWriter(ledger)
        defer { writer.dismiss() }
        #expect(try writer.write { try $0.queue("blog", .follow, cause: .command, target: nil, at: Date()) } == 1)
        ledger.fail(LedgerError("no"))
        #expect(throws: LedgerError("no")) {
            try writer.write { try $0.queue("blog", .follow, cause: .command, target: nil, at: Date()) }
        }
    }

    @Test func `releases its thread and its ledger when it is dismissed`() throws {
        weak let watched: WatchedLedger? = try {
            let watched = WatchedLedger(home.ledger)
            let writer = GroupCommitWriter(watched)
            _ = try writer.write { try $0.start("blog", at: Date()) }
            writer.dismiss()
            return watched
        }()
        #expect(Observation.eventually { watched == nil })
    }
}
