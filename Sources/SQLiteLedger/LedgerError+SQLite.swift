internal import Deploy
internal import Foundation
internal import GRDB

extension LedgerError {
    /// What SQLite's error means (sqlite.org/rescode.html), in words.
    init(_ error: DatabaseError, path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init("the disk with \(path) is full", hint: "make room; nothing needs to be restarted")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init("\(path) is locked by another program", hint: "fuser -v \(path) names it")
        case .SQLITE_READONLY:
            self.init(
                "\(path) is read-only", hint: "chown and chmod it and \(folder) for the user bellpull runs as")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
            self.init("\(path) is damaged", hint: Self.newFile(path))
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init("\(path) cannot be opened", hint: "does \(folder) exist, and may bellpull write there?")
        case .SQLITE_IOERR:
            self.init("\(path) cannot be read or written: \(error.message ?? "input or output failed")")
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE:
            self.init("\(path) refuses an entry: \(error.message ?? "\(error.resultCode)")", isOfContents: true)
        case .SQLITE_ERROR:
            // Its tables are not ours.
            self.init("\(path) is no ledger: \(error.message ?? "SQL error")", hint: Self.newFile(path))
        default:
            self.init("\(path): \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// The system does not let the file at `path` be opened.
    init(cannotOpen path: String, because reason: Int32) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let hint =
            switch reason {
            case ENOENT: "mkdir -p \(folder), or name another folder in STATE_DIRECTORY"
            case EACCES, EROFS: "may bellpull write in \(folder)? STATE_DIRECTORY names another folder"
            case ENOSPC, EDQUOT: "make room; nothing needs to be restarted"
            case EMFILE, ENFILE: "raise LimitNOFILE= in the service"
            case EISDIR: "move the folder away"
            default: "does \(folder) exist, and may bellpull write there?"
            }
        self.init("cannot open \(path): \(String(cString: strerror(reason)))", hint: hint)
    }

    private static func newFile(_ path: String) -> String {
        "mv \(path) \(path).broken begins a new one; nothing needs to be restarted, and catch-up finds what is missing"
    }
}
