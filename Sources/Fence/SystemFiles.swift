internal import Foundation

/// The files of the system that every command may use. Landlock can only allow, so secrets stay out by being left out.
struct SystemFiles {
    /// Whether /proc shows only the command's own processes, and /dev/shm is its own.
    let isPrivate: Bool
    /// The folders that the command must not see, unless they are its own.
    let hidden: [String]

    init(isPrivate: Bool, hidden: [String]) {
        self.isPrivate = isPrivate
        self.hidden = hidden.map { Self.resolve($0) ?? $0 }
    }

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
    private static let secrets: Set<String> = [
        "/etc/bellpull", "/etc/letsencrypt", "/etc/ssh", "/etc/ssl/private", "/etc/pki/tls/private", "/etc/sudoers",
        "/etc/sudoers.d", "/etc/wireguard", "/etc/krb5.keytab",
    ]
    /// With the copies that tools leave, such as `/etc/shadow-`.
    private static let secretBeginnings = ["/etc/shadow", "/etc/gshadow"]

    /// Adds rules for the files. A file that this system does not have needs no rule.
    func allow(in rules: Landlock) {
        for path in Self.programs { allow(path, in: rules) }
        for name in Self.devices { try? rules.allow(.device, to: "/dev/\(name)") }
        allowPublic("/etc", in: rules)
        if isPrivate {
            try? rules.allow(.read, to: "/proc")
            try? rules.allow(.write, to: "/dev/shm")
        } else {
            for name in Self.facts { try? rules.allow(.read, to: "/proc/\(name)") }
        }
    }

    /// Allows reading `path`, but no hidden folder in it.
    private func allow(_ path: String, in rules: Landlock) {
        let real = Self.resolve(path) ?? path
        guard !hidden.contains(where: { real == $0 || real.hasPrefix("\($0)/") }) else { return }
        guard hidden.contains(where: { $0.hasPrefix("\(real)/") }) else {
            try? rules.allow(.read, to: real)
            return
        }
        for name in FolderListing.names(of: real) { allow("\(real)/\(name)", in: rules) }
    }

    /// Allows reading what everybody may read below `folder`, and no secrets. Bellpull's user may read more than everybody.
    ///
    /// A symbolic link shuts no folder, because a rule for the folder does not open the link's target. Each step looks at all
    /// of /etc, so a link is followed only if it needs a rule of its own.
    ///
    /// - Returns: whether everything may be read; then no rule was added.
    @discardableResult
    private func allowPublic(_ folder: String, in rules: Landlock, isRoot: Bool = true) -> Bool {
        let paths = FolderListing.names(of: folder).map { "\(folder)/\($0)" }
        let states = paths.map { isPublic($0, in: rules) }
        guard isRoot || states.contains(false) else { return true }
        for (path, isPublic) in zip(paths, states) where isPublic && Self.leadsToPublic(path) { allow(path, in: rules) }
        return false
    }

    private func isPublic(_ path: String, in rules: Landlock) -> Bool {
        var status = stat()
        guard !Self.isSecret(path), lstat(path, &status) == 0 else { return false }
        if status.st_mode & S_IFMT == S_IFLNK { return true }
        guard status.st_mode & S_IROTH != 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR ? allowPublic(path, in: rules, isRoot: false) : true
    }

    private static func resolve(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func isSecret(_ path: String) -> Bool {
        secrets.contains(path) || secretBeginnings.contains { path.utf8.starts(with: $0.utf8) }
    }

    /// Whether everybody may read what `path` leads to by symbolic links, and it is no secret nor part of one.
    private static func leadsToPublic(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IROTH != 0, let target = resolve(path) else { return false }
        return !isSecret(target) && !secrets.contains { target.hasPrefix("\($0)/") }
    }
}
