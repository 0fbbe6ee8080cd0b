internal import Deploy
internal import Foundation
internal import GRDB
internal import Text

extension LedgerError {
    /// Explains an error of SQLite (sqlite.org/rescode.html).
    init(_ error: DatabaseError, path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init("the disk with \(path) is full", hint: "make room on the disk; no restart is needed")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init("\(path) is locked by another program", hint: "fuser -v \(path) shows the program")
        case .SQLITE_READONLY:
            self.init("\(path) is read-only", hint: Self.permission(folder))
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
            self.init("\(path) is damaged", hint: Self.newFile(path))
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init("\(path) cannot be opened", hint: "check that \(folder) exists and that bellpull may write there")
        case .SQLITE_IOERR:
            self.init("\(path) cannot be read or written: \(error.message ?? "input or output failed")")
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE:
            self.init("\(path) refuses an entry: \(error.message ?? "\(error.resultCode)")", isOfEntry: true)
        case .SQLITE_ERROR:
            // The file's tables are not the ledger's.
            self.init("\(path) is not a ledger: \(error.message ?? "SQL error")", hint: Self.newFile(path))
        default:
            self.init("\(path): \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// Explains why the system refuses to open the file at `path`.
    init(cannotOpen path: String, because reason: Int32) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let hint =
            switch reason {
            case ENOENT:
                ServiceUser.isThisProcess
                    ? "\(Remedy(.makeFolder(folder), note: Self.elsewhere))"
                    : "systemctl start \(ServiceUnit.current)  # creates the folder; \(Self.elsewhere)"
            case EACCES: Self.permission(folder)
            case EROFS: "\(Remedy(.remount(folder), note: Self.elsewhere))"
            case ENOSPC, EDQUOT: "make room on the disk; no restart is needed"
            case EMFILE, ENFILE: DropIn.moreFiles
            case EISDIR: "move the folder \(path) away"
            default: "check that \(folder) exists and that bellpull may write there"
            }
        self.init("cannot open \(path): \(String(cString: strerror(reason)))", hint: hint)
    }

    private static let elsewhere = "or set STATE_DIRECTORY to another folder"

    /// Returns the remedy for missing permissions in `folder`. The folder is given to the user of this process only if it is
    /// the user's already, or if the user is the service's: the folder must stay the service's.
    private static func permission(_ folder: String) -> String {
        var status = stat()
        guard stat(folder, &status) == 0, status.st_uid != geteuid(), !ServiceUser.isThisProcess else {
            let writable = ShellCommand("chmod", "-R", "u+rwX", folder)
            return Remedy(.giveToService(folder).then(writable), note: elsewhere).description
        }
        guard status.st_uid != 0 else { return "run the command as root" }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "user \(status.st_uid)"
        return geteuid() == 0 ? "run the command as \(owner)" : "run the command as root, or as \(owner)"
    }

    private static func newFile(_ path: String) -> String {
        let remedy = Remedy(
            ShellCommand("mv", path, "\(path).broken"),
            note: "bellpull then starts a new ledger, and catch-up deploys missed pushes")
        return remedy.description
    }
}
