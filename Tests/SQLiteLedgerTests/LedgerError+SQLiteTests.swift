import TestSupport
import Text
import Deploy
import Foundation
import GRDB
import Testing

@testable import SQLiteLedger

/// Every trouble with the ledger is explained, and after the repair the same object works again.
@Suite(.onPlainThreads, .serialized) struct `a ledger` {
    private let home: TemporaryLedger
    private var ledger: StoredLedger { home.ledger }
    private var path: String { home.store.path }

    init() throws { home = try TemporaryLedger() }

    /// Expects reads and writes to fail with the given message, and to work after `repair`.
    private func expectTrouble(
        _ message: String, hint: String?, reading: Bool = true, times: Int = 2,
        at location: SourceLocation = #_sourceLocation, repair: () throws -> Void
    ) throws {
        for _ in 0..<times {
            let error = #expect(throws: LedgerError.self, sourceLocation: location) { try ledger.record(1) }
            #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")", sourceLocation: location)
            #expect(error?.message.contains("\n") == false, sourceLocation: location)
            #expect(error?.hint == hint, sourceLocation: location)
            #expect(error?.isOfEntry == false, sourceLocation: location)
            guard reading else { continue }
            #expect(throws: LedgerError.self, sourceLocation: location) { try ledger.latestDeployments() }
        }
        try repair()
        #expect(try ledger.record(1) == [.awaits(1)], sourceLocation: location)
        #expect(try ledger.deployment(1)?.state == .queued, sourceLocation: location)
    }

    /// The hint for a broken file.
    private var newFile: String {
        "mv \(path) \(path).broken  # bellpull then starts a new ledger, and catch-up deploys missed pushes"
    }

    private func moveAway() throws { try FileManager.default.moveItem(atPath: path, toPath: "\(path).broken") }

    @Test(arguments: [false, true]) func `locked by another program is reported`(_ isOpen: Bool) throws {
        if isOpen { try ledger.write { _ in } }
        try home.connection().writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN EXCLUSIVE")
            try expectTrouble(
                "\(path) is locked by another program", hint: "fuser -v \(path) shows the program", reading: !isOpen,
                times: 1
            ) { try database.execute(sql: "ROLLBACK") }
        }
    }

    @Test(arguments: [false, true])
    func `locked for writing by another program can still be read`(_ isOpen: Bool) throws {
        try ledger.record(1)
        if !isOpen { home.store.close() }
        try home.connection().writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            #expect(try ledger.unfinishedSites() == ["blog"])
            #expect(try ledger.deployment(1)?.state == .queued)
            try database.execute(sql: "ROLLBACK")
        }
    }

    @Test func `full of garbage is reported`() throws {
        let garbage = Data((0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
        try garbage.write(to: URL(fileURLWithPath: path))
        try expectTrouble("\(path) is damaged", hint: newFile, repair: moveAway)
    }

    @Test func `damaged in the middle is reported`() throws {
        for number in 1...200 { try ledger.record(number, for: ["site-\(number)"]) }
        home.store.close()
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 8192)
        try file.write(contentsOf: Data(repeating: 0xa5, count: size - 8192))
        try file.close()
        try expectTrouble("\(path) is damaged", hint: newFile, repair: moveAway)
    }

    @Test func `at the path of a folder is reported`() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try expectTrouble("cannot open \(path): Is a directory", hint: "move the folder \(path) away", repair: moveAway)
    }

    @Test func `in a missing folder is reported`() throws {
        try ledger.write { _ in }
        let away = "\(home.folder).away"
        try FileManager.default.moveItem(atPath: home.folder, toPath: away)
        try expectTrouble(
            "cannot open \(path): No such file or directory",
            hint: "systemctl start bellpull  # creates the folder; or set STATE_DIRECTORY to another folder",
            reading: false
        ) { try FileManager.default.moveItem(atPath: away, toPath: home.folder) }
    }

    @Test func `of another program is reported`() throws {
        try home.connection().write { try $0.execute(sql: "CREATE TABLE delivery (address TEXT)") }
        try expectTrouble("\(path) is not a ledger: table delivery already exists", hint: newFile, repair: moveAway)
    }

    @Test(arguments: [false, true]) func `of a newer version is reported`(_ isOpen: Bool) throws {
        if isOpen { try ledger.write { _ in } }
        try ledger.write { _ in }
        try home.connection().write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('something that is to come')")
        }
        home.store.close()
        try expectTrouble(
            "\(path) was written by a newer bellpull",
            hint: "install that version again, or move the file away; the next delivery then starts a new ledger"
        ) {
            try home.connection().write {
                try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'something that is to come'")
            }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
    func `without write permission is reported`() throws {
        try ledger.write { _ in }
        chmod(path, 0o400)
        home.store.close()
        try expectTrouble(
            "cannot open \(path): Permission denied",
            hint: "\(ShellCommand.giveToService(home.folder)) && chmod -R u+rwX \(home.folder)"
                + "  # or set STATE_DIRECTORY to another folder",
            // The file may be read.
            reading: false
        ) { chmod(path, 0o600) }
    }

    @Test(.enabled(if: Disk.canBeMade, "only root can mount a disk"))
    func `on a read-only disk is reported`() throws {
        try Disk.mounted(at: home.folder) { disk in
            try ledger.write { _ in }
            home.store.close()
            try disk.remount("ro")
            try expectTrouble(
                "cannot open \(path): Read-only file system",
                hint: "\(ShellCommand.remount(home.folder))  # or set STATE_DIRECTORY to another folder"
            ) { try disk.remount("rw") }
        }
    }

    @Test(.enabled(if: Disk.canBeMade, "only root can mount a disk"), arguments: [false, true])
    func `on a full disk is reported`(_ isOpen: Bool) throws {
        try Disk.mounted(at: home.folder) { disk in
            if isOpen { try ledger.write { _ in } }
            disk.fill()
            try expectTrouble(
                "the disk with \(path) is full", hint: "make room on the disk; no restart is needed", reading: false
            ) { try disk.makeRoom() }
            #expect(try home.connection().read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        }
    }

    @Test(.enabled(if: Disk.canBeMade, "only root can mount a disk"))
    func `on a disk that becomes full loses no acknowledged write`() throws {
        try Disk.mounted(at: home.folder) { disk in
            var taken = 0
            while (try? ledger.record(taken, for: ["site-\(taken)"])) != nil { taken += 1 }
            #expect(taken > 10)
            #expect(throws: LedgerError.self) { try ledger.record(taken) }
            #expect(try ledger.all.count == taken)
            home.store.close()
            #expect(try ledger.all.count == taken)
            try disk.remount("size=64m")
            for number in 0..<taken {
                #expect(try ledger.record(number, for: ["site-\(number)"]) == [.awaits(Int64(number) + 1)])
            }
            #expect(try ledger.record(taken) == [.awaits(Int64(taken) + 1)])
        }
    }

    @Test(arguments: [
        (
            ENOENT, "No such file or directory",
            "systemctl start bellpull  # creates the folder; or set STATE_DIRECTORY to another folder"
        ),
        (
            EROFS, "Read-only file system",
            "\(ShellCommand.remount("/srv"))  # or set STATE_DIRECTORY to another folder"
        ),
        (ENOSPC, "No space left on device", "make room on the disk; no restart is needed"),
        (EMFILE, "Too many open files", DropIn.moreFiles),
        (ENOTDIR, "Not a directory", "check that /srv exists and that bellpull may write there"),
    ])
    func `refused by the system is reported with the reason`(_ reason: Int32, words: String, hint: String) {
        let error = LedgerError(cannotOpen: "/srv/ledger.sqlite", because: reason)
        #expect(error == LedgerError("cannot open /srv/ledger.sqlite: \(words)", hint: hint))
    }

    /// A person who runs a command must not take the service's folder.
    @Test func `in the folder of another user stays that user's`() throws {
        func hint(_ reason: Int32, of owner: uid_t) throws -> String? {
            guard chown(home.folder, owner, owner) == 0 else { throw CocoaError(.fileWriteNoPermission) }
            return LedgerError(cannotOpen: path, because: reason).hint
        }
        guard geteuid() == 0 else {
            // /etc is root's.
            #expect(LedgerError(cannotOpen: "/etc/ledger.sqlite", because: EACCES).hint == "run the command as root")
            return
        }
        #expect(try hint(EACCES, of: 65534) == "run the command as nobody")
        // The service itself, or root's command that became the service's user, may have the folder.
        let (access, missing) = try ServiceUser.$assumed.withValue(ServiceUser(name: "bellpull")) {
            (try hint(EACCES, of: 65534) ?? "", try hint(ENOENT, of: 65534) ?? "")
        }
        #expect(access.hasPrefix("chown -R bellpull: \(home.folder) && chmod -R u+rwX "))
        #expect(missing.hasPrefix("install -d -o bellpull \(home.folder)  # or"))
        #expect(try hint(EACCES, of: 0)?.hasPrefix("chown -R root: \(home.folder) && ") == true)
    }
}
