import TestSupport
import Deploy
import Foundation
import Git
import GRDB
import Synchronization
import Testing
import Webhook

@testable import SQLiteLedger

@Suite(.onPlainThreads) struct `the ledger's file` {
    private let home: TemporaryLedger
    private var ledger: StoredLedger { home.ledger }

    init() throws { home = try TemporaryLedger() }

    private func at(_ path: String) -> StoredLedger {
        StoredLedger(SQLiteStore(path: path, host: TemporaryLedger.host), host: TemporaryLedger.host)
    }

    /// Acknowledged writes must survive a power failure (sqlite.org/pragma.html#pragma_synchronous).
    @Test func `is in WAL mode with every transaction synced, also after reopening`() throws {
        for _ in 0..<2 {
            try home.store.write { _ in }
            let pragmas = try home.store.writer.use { queue in
                try queue.read { database in
                    try ["journal_mode", "synchronous", "foreign_keys"].map {
                        try String.fetchOne(database, sql: "PRAGMA \($0)") ?? ""
                    }
                }
            }
            #expect(pragmas == ["wal", "2", "1"])
            home.store.close()
        }
    }

    @Test func `can be read by its owner alone, as can the files beside it`() throws {
        try ledger.record(1)
        let files = try FileManager.default.contentsOfDirectory(atPath: home.folder)
        #expect(Set(files) == ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"])
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(home.folder)/\(file)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    @Test func `can be taken over by another process with all its rows`() throws {
        try ledger.record(1)
        // The killed process has closed nothing.
        let other = home.reopened()
        #expect(try other.record(1) == [.awaits(1)])
        let started = try #require(try other.start())
        try other.finish(started.id, .deployed(.fake(1)))
        #expect(try ledger.record(1, isAtCommit: true) == [.duplicate])
        #expect(try ledger.deployment(1)?.state == .deployed)
    }

    @Test func `holds the writes of two concurrent processes`() throws {
        let ledgers = [ledger, home.reopened()]
        let writers = (0..<4).map { writer in
            Running {
                for number in 0..<50 { try ledgers[writer % 2].record(100 * writer + number, for: ["site-\(writer)"]) }
            }
        }
        for writer in writers { #expect(writer.isSuccess()) }
        #expect(try ledger.all.map(\.deliveries) == [50, 50, 50, 50])
    }

    /// Without the lock, another process would believe to be the last user, and remove the log.
    @Test func `keeps its locks when other code opens and closes the file`() throws {
        try ledger.record(1)
        let other = SQLiteStore(path: home.store.path, host: "www")
        try StoredLedger(other, host: "www").record(2)
        other.close()
        let count = "sqlite3 '\(home.store.path)' 'SELECT count(*) FROM delivery'"
        #expect(try Shell.run(count).output == "2\n")
        try ledger.record(3)
        #expect(try Shell.run(count).output == "3\n")
    }

    /// For example, a web server may start two programs at once.
    @Test func `can be created by several processes at once`() throws {
        for round in 0..<20 {
            let path = "\(home.folder)/\(round).sqlite"
            let start = Door()
            let writers = (0..<4).map { writer in
                Running {
                    start.pass()
                    try at(path).record(writer, for: ["site-\(writer)"])
                }
            }
            start.open()
            for writer in writers { #expect(writer.isSuccess()) }
            #expect(try at(path).all.count == 4)
        }
    }

    @Test func `is created again after it was deleted or moved away while open`() throws {
        for name in ["deleted", "moved"] {
            try ledger.record(1)
            if name == "moved" {
                try FileManager.default.moveItem(atPath: home.store.path, toPath: "\(home.store.path).\(name)")
            } else {
                try FileManager.default.removeItem(atPath: home.store.path)
            }
            #expect(try ledger.unfinishedSites().isEmpty)
            #expect(try ledger.record(2) == [.awaits(1)])
            #expect(try home.count("delivery") == 1)
        }
    }

    @Test func `is the replacement if another file was put in its place while open`() throws {
        let other = try TemporaryLedger()
        try other.ledger.record(1)
        try other.ledger.record(2)
        try other.ledger.start()
        other.store.close()
        try ledger.record(3)
        try FileManager.default.moveItem(atPath: home.store.path, toPath: "\(home.store.path).old")
        try FileManager.default.moveItem(atPath: other.store.path, toPath: home.store.path)
        #expect(try ledger.deployment(1)?.state == .running)
        #expect(try ledger.record(3) == [.awaits(2)])
        #expect(try home.count("delivery") == 3)
        // The moved file has kept the contents of its log.
        let old = at("\(home.store.path).old")
        #expect(try old.record(3) == [.awaits(1)])
    }

    @Test func `uses no more descriptors after a thousand openings`() throws {
        try ledger.record(1)
        let count = try Observation.descriptorCount()
        for _ in 0..<1000 {
            home.store.close()
            _ = try ledger.unfinishedSites()
        }
        #expect(try Observation.descriptorCount() < count + 1000)
    }

    @Test func `keeps every property of a delivery`() throws {
        let delivery = DeliveryRecord(
            received: Date(timeIntervalSince1970: 1_234_567_890.123), digest: Data(repeating: 7, count: 32),
            forge: "gitlab", forgeID: "id-1", repository: "team/web/blog", hook: "blog", secret: .previous)
        _ = try ledger.write { try $0.record(delivery, for: []) }
        let row = try #require(try home.row("SELECT * FROM delivery"))
        #expect(row["host"] == TemporaryLedger.host)
        #expect(row["received"] == 1_234_567_890_123)
        #expect(row["digest"] == Data(repeating: 7, count: 32))
        let texts = ["forge", "forge_id", "repository", "hook"].map { row[$0] as String? }
        #expect(texts == ["gitlab", "id-1", "team/web/blog", "blog"])
        #expect(row["secret"] == 2)
    }

    @Test func `is not created by reading`() throws {
        #expect(try ledger.unfinishedSites().isEmpty && ledger.latestDeployments().isEmpty)
        #expect(try ledger.deployment(1) == nil && ledger.deployments(of: nil, limit: 10).isEmpty)
        try home.store.checkWritable()
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder).isEmpty)
        // The same connection reads later writes.
        try ledger.record(1)
        #expect(try ledger.unfinishedSites() == ["blog"])
    }

    @Test func `is read without a trace where nobody asks for more`() throws {
        try ledger.record(1)
        home.store.close()
        let folder = "\(home.folder)/a b?c#d%41"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let path = "\(folder)/ledger.sqlite"
        try FileManager.default.copyItem(atPath: home.store.path, toPath: path)
        let store = SQLiteStore(path: path, host: TemporaryLedger.host, leavesNoTrace: true)
        #expect(try store.latestDeployments(on: TemporaryLedger.host).count == 1)
        try store.checkWritable()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["ledger.sqlite"])
        // The entries in the log of a running process count.
        try StoredLedger(SQLiteStore(path: path, host: TemporaryLedger.host), host: TemporaryLedger.host)
            .record(2, for: ["shop"])
        let other = SQLiteStore(path: path, host: TemporaryLedger.host)
        try StoredLedger(other, host: TemporaryLedger.host).record(3, for: ["docs"])
        let reader = SQLiteStore(path: path, host: TemporaryLedger.host, leavesNoTrace: true)
        #expect(try reader.latestDeployments(on: TemporaryLedger.host).count == 3)
        other.close()
    }

    @Test func `is not taken for empty where the path cannot be followed`() throws {
        #expect(FileManager.default.createFile(atPath: "\(home.folder)/file", contents: nil))
        let store = SQLiteStore(path: "\(home.folder)/file/ledger.sqlite", host: TemporaryLedger.host)
        #expect(throws: LedgerError.self) { try store.latestDeployments(on: TemporaryLedger.host) }
        #expect(throws: LedgerError.self) { try store.checkWritable() }
    }

    @Test func `is opened again after an error of the file, and not after an error of an entry`() throws {
        let opened = Counter()
        let file = SQLiteFile(path: home.store.path, host: TemporaryLedger.host)
        let connection = SQLiteConnection(path: home.store.path) {
            opened.add(1)
            return try file.openForWriting()
        }
        func fail(_ code: ResultCode) {
            #expect(throws: LedgerError.self) {
                try connection.use { _ in throw DatabaseError(resultCode: code) }
            }
        }
        fail(.SQLITE_CONSTRAINT)
        fail(.SQLITE_CONSTRAINT)
        #expect(opened.value == 1)
        fail(.SQLITE_IOERR)
        try connection.use { _ in }
        #expect(opened.value == 2)
    }
}
