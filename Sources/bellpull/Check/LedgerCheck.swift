import Deploy
import Foundation
import SQLiteLedger
import Text

/// Whether what comes can be recorded: without that nothing is deployed.
struct LedgerCheck {
    /// The ledger, if it can be read and written.
    let ledger: (any Ledger)?
    let results: [CheckResult]
    /// Whether it is somebody else's, as whom Bellpull runs then: what this user may do tells nothing.
    let isForeign: Bool

    private static let subject = "ledger"

    init(_ state: StateDirectory) {
        let owner = Self.owner(of: state.path)
        isForeign = owner.map { $0 != 0 && $0 != geteuid() && access(state.path, W_OK) != 0 } ?? false
        if let trouble = Self.trouble(with: state.path) {
            ledger = nil
            results = [trouble]
            return
        }
        let store = state.store()
        do throws(LedgerError) {
            try store.checkWritable()
            ledger = state.ledger()
            results = [FreeSpace(at: state.path)?.result(Self.subject) ?? .ok(Self.subject, state.ledgerPath)]
        } catch {
            ledger = nil
            results = [CheckResult(error, subject: Self.subject)]
        }
    }

    private static func owner(of path: String) -> uid_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_uid : nil
    }

    /// What is wrong with the folder. It is not made here: root would make it root's.
    private static func trouble(with path: String) -> CheckResult? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return .warning(
                subject, "\(path) does not exist yet",
                hint: "bellpull serve makes it: systemctl start bellpull; or name another in STATE_DIRECTORY")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return .error(subject, "\(path) is not a folder", hint: "move it away; bellpull serve makes it")
        }
        guard access(path, W_OK | X_OK) != 0 else { return nil }
        guard errno != EROFS else {
            return .error(subject, "the disk with \(path) is read-only", hint: "mount -o remount,rw, after dmesg")
        }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "user \(status.st_uid)"
        let user = NSUserName()
        let hint =
            switch owner {
            case user: "chmod u+rwx \(path)"
            case "root": "chown -R \(user) \(path)"
            default: "run bellpull check as root or as \(owner), so that the sites are looked at too"
            }
        return .error(subject, "\(path) belongs to \(owner), and \(user) cannot write there", hint: hint)
    }
}
