internal import Foundation

/// The files of the system that every command may use. Landlock can only allow, so secrets stay out by being left out.
struct SystemFiles {
    /// Whether /proc shows only the command's own processes, and /dev/shm is its own.
    let isPrivate: Bool

    private static let programs = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/var/lib/ca-certificates",
        "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage",
        // Name resolution.
        "/run/systemd/resolve", "/run/resolvconf", "/run/nscd",
    ]
    /// Files of /proc that tell nothing of any process.
    private static let facts = [
        "cpuinfo", "meminfo", "stat", "loadavg", "uptime", "filesystems", "version", "sys",
    ]
    /// No terminals: a terminal of the same user could be written to.
    private static let devices = ["null", "zero", "full", "random", "urandom", "tty"]

    /// Files and folders of /etc that hold keys or passwords.
    private static let secrets = [
        "/etc/bellpull", "/etc/letsencrypt", "/etc/ssh", "/etc/ssl/private", "/etc/pki/tls/private", "/etc/sudoers",
        "/etc/sudoers.d", "/etc/wireguard", "/etc/krb5.keytab",
    ]
    private static let secretNames = ["shadow", "gshadow"]

    /// Adds rules for the files. A file that this system does not have needs no rule.
    func allow(in rules: Landlock) {
        for path in Self.programs { try? rules.allow(.read, to: path) }
        for name in Self.devices { try? rules.allow(.device, to: "/dev/\(name)") }
        Self.allowEntries(of: "/etc", in: rules)
        if isPrivate {
            try? rules.allow(.read, to: "/proc")
            try? rules.allow(.write, to: "/dev/shm")
        } else {
            for name in Self.facts { try? rules.allow(.read, to: "/proc/\(name)") }
        }
    }

    /// Allows reading the entries of `folder` that everybody may read and that hold no secrets.
    private static func allowEntries(of folder: String, in rules: Landlock) {
        for name in FolderListing.names(of: folder) {
            let path = "\(folder)/\(name)"
            guard !isSecret(path), isForEverybody(path) else { continue }
            if secrets.contains(where: { $0.hasPrefix("\(path)/") }) {
                allowEntries(of: path, in: rules)
            } else {
                try? rules.allow(.read, to: path)
            }
        }
    }

    private static func isSecret(_ path: String) -> Bool {
        let name = path.dropFirst("/etc/".count)
        return secrets.contains(path) || secretNames.contains { name.hasPrefix($0) }
    }

    /// Whether the mode lets everybody read. A symbolic link of /etc to another place counts as its target.
    private static func isForEverybody(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IROTH != 0 else { return false }
        guard let target = realpath(path, nil) else { return false }
        defer { free(target) }
        return !isSecret(String(cString: target))
    }
}
