import TestSupport
import Deploy
import Foundation
import Git
import GRDB
import Synchronization
import Testing

@testable import SQLiteLedger

@Suite(.onPlainThreads) struct `the ledger's file` {
    private let home: TemporaryLedger
    private var ledger: SQLiteLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    /// What is written is to be there after a power failure, too (sqlite.org/pragma.html#pragma_synchronous).
    @Test func `is in WAL mode, with every transaction synced, also when it is opened again`() throws {
        for _ in 0..<2 {
            #expect(try ledger.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
            #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA foreign_keys") } == 1)
            ledger.close()
        }
    }

    @Test func `can be read by its owner alone, with what lies beside it`() throws {
        try ledger.record(1)
        let files = try FileManager.default.contentsOfDirectory(atPath: home.folder)
        #expect(Set(files) == ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"])
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(home.folder)/\(file)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    @Test func `is left to another process with all that is in it`() throws {
        try ledger.record(1)
        // One that was killed has closed nothing.
        let other = SQLiteLedger(path: ledger.path)
        #expect(try other.record(1) == [.awaits(1)])
        let started = try #require(try other.start())
        try other.finish(started.id, .deployed(.fake(1)))
        #expect(try ledger.record(1) == [.duplicate])
        #expect(try ledger.deployment(1)?.state == .deployed)
    }

    @Test func `takes what two processes write at the same time`() throws {
        let ledgers = [ledger, SQLiteLedger(path: ledger.path)]
        let writers = (0..<4).map { writer in
            Running {
                for number in 0..<50 { try ledgers[writer % 2].record(100 * writer + number, for: ["site-\(writer)"]) }
            }
        }
        for writer in writers { #expect(writer.isSuccess()) }
        #expect(try ledger.all.map(\.deliveries) == [50, 50, 50, 50])
    }

    /// Another process would take itself for the last to leave, and remove the log.
    @Test func `keeps its locks when the file is opened and closed by others`() throws {
        try ledger.record(1)
        let other = SQLiteLedger(path: ledger.path)
        try other.record(2)
        other.close()
        let count = "sqlite3 '\(ledger.path)' 'SELECT count(*) FROM delivery'"
        #expect(try Shell.run(count).output == "2\n")
        try ledger.record(3)
        #expect(try Shell.run(count).output == "3\n")
    }

    /// As when a web server starts two programs at once.
    @Test func `is started by several processes at the same time`() throws {
        for round in 0..<20 {
            let path = "\(home.folder)/\(round).sqlite"
            let start = Door()
            let writers = (0..<4).map { writer in
                Running {
                    start.pass()
                    try SQLiteLedger(path: path).record(writer, for: ["site-\(writer)"])
                }
            }
            start.open()
            for writer in writers { #expect(writer.isSuccess()) }
            #expect(try SQLiteLedger(path: path).all.count == 4)
        }
    }

    @Test func `is started anew where it was deleted or moved away, while it was open`() throws {
        for name in ["deleted", "moved"] {
            try ledger.record(1)
            if name == "moved" {
                try FileManager.default.moveItem(atPath: ledger.path, toPath: "\(ledger.path).\(name)")
            } else {
                try FileManager.default.removeItem(atPath: ledger.path)
            }
            #expect(try ledger.unfinishedSites().isEmpty)
            #expect(try ledger.record(2) == [.awaits(1)])
            #expect(try home.count("delivery") == 1)
        }
    }

    @Test func `is the one that was put in its place, while it was open`() throws {
        let other = try TemporaryLedger()
        try other.ledger.record(1)
        try other.ledger.record(2)
        try other.ledger.start()
        other.ledger.close()
        try ledger.record(3)
        try FileManager.default.moveItem(atPath: ledger.path, toPath: "\(ledger.path).old")
        try FileManager.default.moveItem(atPath: other.ledger.path, toPath: ledger.path)
        #expect(try ledger.deployment(1)?.state == .running)
        #expect(try ledger.record(3) == [.awaits(2)])
        #expect(try home.count("delivery") == 3)
        // Nor has the one before it lost what was in its log.
        let old = SQLiteLedger(path: "\(ledger.path).old")
        #expect(try old.record(3) == [.awaits(1)])
    }

    @Test func `costs no descriptors for being opened a thousand times`() throws {
        try ledger.record(1)
        let count = try Observation.descriptorCount()
        for _ in 0..<1000 {
            ledger.close()
            _ = try ledger.unfinishedSites()
        }
        #expect(try Observation.descriptorCount() < count + 1000)
    }
}
