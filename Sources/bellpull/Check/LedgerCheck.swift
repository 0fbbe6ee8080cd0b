import Deploy
import Foundation
import SQLiteLedger
import Text

/// Checks whether Bellpull can record deliveries in the ledger. Nothing is deployed before the delivery is recorded.
struct LedgerCheck {
    /// The ledger; `nil` if the ledger cannot be read and written.
    let ledger: (any Ledger)?
    let results: [CheckResult]
    /// Whether the ledger belongs to another user. Bellpull then runs as the other user, so a check of the sites as the
    /// current user would be meaningless.
    let isForeign: Bool

    private static let subject = "ledger"

    init(_ state: StateDirectory) {
        isForeign = state.otherOwner != nil
        if let problem = Self.problem(with: state.path) {
            ledger = nil
            results = [problem]
            return
        }
        do throws(LedgerError) {
            try state.store().checkWritable()
            let ledger = state.ledger(leavesNoTrace: true)
            // A file with other tables can be written, and is not a ledger.
            _ = try ledger.latestDeployments()
            self.ledger = ledger
            results = [FreeSpace(at: state.path)?.result(Self.subject) ?? .ok(Self.subject, state.ledgerPath)]
        } catch {
            ledger = nil
            results = [CheckResult(error, subject: Self.subject)]
        }
    }

    /// Returns the problem with the folder, if any. Does not create a missing folder: the new folder could belong
    /// to root.
    private static func problem(with path: String) -> CheckResult? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return .warning(
                subject, "\(path) does not exist yet",
                hint:
                    "systemctl start \(ServiceUnit.current) creates the folder; or set STATE_DIRECTORY to another folder"
            )
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return .error(
                subject, "\(path) is not a folder",
                hint: "mv \(path) \(path).old; systemctl restart \(ServiceUnit.current)")
        }
        guard access(path, W_OK | X_OK) != 0 else { return nil }
        guard errno != EROFS else {
            return .error(
                subject, "the file system of \(path) is read-only",
                hint: "dmesg; mount -o remount,rw $(findmnt -no TARGET -T \(path))")
        }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "user \(status.st_uid)"
        let user = NSUserName()
        let hint =
            switch owner {
            case user: "chmod u+rwx \(path)"
            case "root" where ServiceUser.isThisProcess: "chown -R \(user): \(path)"
            case "root": "run \(ServiceUnit.current.command) check as root"
            default: "run \(ServiceUnit.current.command) check as root or as \(owner), to check the sites too"
            }
        return .error(subject, "\(path) belongs to \(owner), and \(user) cannot write to the folder", hint: hint)
    }
}
