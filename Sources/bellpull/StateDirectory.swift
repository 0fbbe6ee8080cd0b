import Deploy
import Foundation
import SQLiteLedger

/// Where the ledger is.
struct StateDirectory {
    /// The folder.
    let path: String

    /// The name of this host (gethostname(2)).
    private static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static let system = "/var/lib/bellpull"

    /// `STATE_DIRECTORY`, as systemd sets it (systemd.exec(5)). Without it `/var/lib/bellpull`, or for a user who has no
    /// such folder her own place for a program's state (XDG Base Directory Specification).
    init(environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let given = variable("STATE_DIRECTORY") {
            path = String(given.prefix { $0 != ":" })
        } else if geteuid() == 0 || access(Self.system, F_OK) == 0 {
            path = Self.system
        } else {
            path = "\(variable("XDG_STATE_HOME") ?? "\(NSHomeDirectory())/.local/state")/bellpull"
        }
    }

    /// The ledger's file.
    var ledgerPath: String { "\(path)/ledger.sqlite" }

    /// The ledger, in the folder, which is made if it is not there.
    func ledger() -> any Ledger { StoredLedger(store(), host: Self.host) }

    /// The store of the ledger.
    func store() -> SQLiteStore {
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return SQLiteStore(path: ledgerPath, host: Self.host)
    }

    /// Becomes the folder's owner, if this is root and the owner is not: files that root left there, Bellpull itself
    /// could not write to; and git would refuse to work in its clones. To be called while there is one thread.
    ///
    /// - Parameter other: whom to become if the folder is not there, or root's.
    func becomeOwner(otherwise other: String? = nil) throws(CommandError) {
        var status = stat()
        guard geteuid() == 0 else { return }
        let isOwned = stat(path, &status) == 0 && status.st_uid != 0
        guard let user = isOwned ? getpwuid(status.st_uid) : other.flatMap({ getpwnam($0) }), user.pointee.pw_uid != 0
        else { return }
        let name = String(cString: user.pointee.pw_name)
        let home = String(cString: user.pointee.pw_dir)
        guard initgroups(user.pointee.pw_name, user.pointee.pw_gid) == 0, setgid(user.pointee.pw_gid) == 0,
            setuid(user.pointee.pw_uid) == 0
        else { throw CommandError(.failure, "cannot become \(name), as whom bellpull runs") }
        for (variable, value) in ["HOME": home, "USER": name, "LOGNAME": name] { setenv(variable, value, 1) }
        // Where root was, git may not look for its settings.
        if access(".", R_OK | X_OK) != 0 { _ = chdir("/") }
    }
}
