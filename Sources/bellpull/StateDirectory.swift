import Configuration
import Deploy
import Foundation
import SQLiteLedger
import Text

/// The folder of the ledger.
struct StateDirectory {
    /// The path of the folder.
    let path: String

    /// The host in the ledger's rows. A ledger in a file is on one host by definition, and the name of a machine may change.
    private static let host = "localhost"

    private static let system = "/var/lib/bellpull"

    /// Uses the folder in `STATE_DIRECTORY`, a variable set by systemd (systemd.exec(5)). Otherwise uses
    /// `/var/lib/bellpull` for root and on systems with this folder, and a folder below `XDG_STATE_HOME` on other
    /// systems (XDG Base Directory Specification).
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

    /// The path of the ledger's file.
    var ledgerPath: String { "\(path)/ledger.sqlite" }

    /// The ledger in the folder.
    ///
    /// - Parameter leavesNoTrace: whether reading must not even create the files that SQLite puts beside the ledger.
    func ledger(leavesNoTrace: Bool = false) -> any NoticeLedger {
        StoredLedger(store(leavesNoTrace: leavesNoTrace), host: Self.host)
    }

    /// The store in the folder.
    ///
    /// - Parameter leavesNoTrace: whether reading must not even create the files that SQLite puts beside the ledger.
    func store(leavesNoTrace: Bool = false) -> SQLiteStore {
        SQLiteStore(path: ledgerPath, host: Self.host, leavesNoTrace: leavesNoTrace)
    }

    /// The owner of the folder, if that is another user than this process's, and not root. Bellpull then runs as the owner.
    var otherOwner: uid_t? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != 0, status.st_uid != geteuid(), access(path, W_OK) != 0 else {
            return nil
        }
        return status.st_uid
    }

    /// The owner of the folder, if that is not root: the user who deploys, also for a process of root. `nil` without the folder.
    var owner: uid_t? {
        var status = stat()
        return stat(path, &status) == 0 && status.st_uid != 0 ? status.st_uid : nil
    }

    /// The trigger that restarts the application of `site`.
    func trigger(of site: String) -> RestartTrigger { RestartTrigger(in: path, of: site) }

    /// The sites that the service had in use when it last read the files.
    var sitesInUse: Set<SiteOrigin> { LoadedConfiguration(inFolder: path)?.sitesInUse ?? [] }

    /// Creates the folder if it does not exist. Commands that only read create nothing.
    func create() {
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Runs `body` with the lock `name` in the folder (flock(2)). Does nothing if another process has the lock.
    func withLock(_ name: String, _ body: () -> Void) {
        let descriptor = open("\(path)/\(name)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { body() }
    }

    /// Switches the process from root to the owner of the folder. Has no effect for other users.
    ///
    /// Bellpull could not write to the files of root, and git refuses to work as root in another user's clone.
    /// Call this function before the process starts threads.
    ///
    /// - Parameter other: The user to switch to if the folder does not exist or belongs to root.
    func becomeOwner(otherwise other: String? = nil) throws(CommandError) {
        var status = stat()
        guard geteuid() == 0 else {
            if let owner = otherOwner { ServiceUser.deploys(as: owner) }
            return
        }
        let isOwned = stat(path, &status) == 0 && status.st_uid != 0
        guard let user = isOwned ? getpwuid(status.st_uid) : other.flatMap({ getpwnam($0) }), user.pointee.pw_uid != 0
        else { return }
        let name = String(cString: user.pointee.pw_name)
        let home = String(cString: user.pointee.pw_dir)
        guard initgroups(user.pointee.pw_name, user.pointee.pw_gid) == 0, setgid(user.pointee.pw_gid) == 0,
            setuid(user.pointee.pw_uid) == 0
        else { throw CommandError(.failure, "bellpull cannot switch from root to the user \(name)") }
        ServiceUser.declareThisProcess()
        for (variable, value) in ["HOME": home, "USER": name, "LOGNAME": name] { setenv(variable, value, 1) }
        // Git reads settings from the current folder, but the new user may have no access to root's current folder.
        if access(".", R_OK | X_OK) != 0 { _ = chdir("/") }
    }
}
