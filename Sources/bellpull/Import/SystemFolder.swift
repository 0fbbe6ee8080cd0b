import Foundation

/// Folders that belong to the system or to a person, and never to a site: a site's folder is given to the user who deploys.
enum SystemFolder {
    /// Folders that are refused with everything in them (Filesystem Hierarchy Standard 3.0).
    private static let trees: Set<String> = [
        "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/proc", "/root", "/run",
        "/sbin", "/sys", "/usr",
    ]
    /// Folders that are refused themselves, but may contain sites.
    private static let shared: Set<String> = [
        "/", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/var", "/var/backups", "/var/cache", "/var/lib",
        "/var/local", "/var/lock", "/var/log", "/var/mail", "/var/opt", "/var/run", "/var/spool", "/var/tmp",
    ]
    /// The part of `/usr` that belongs to the administrator.
    private static let local = "/usr/local/"
    private static let localFolders: Set<String> = [
        "bin", "etc", "games", "include", "lib", "man", "sbin", "share", "src",
    ]

    /// Returns what `path` is, as words after the path; `nil` if a site may be there. Follows symbolic links and `..`.
    static func reason(against path: String) -> String? {
        // A path through a missing folder has `..` left.
        let written = URL(fileURLWithPath: path).standardized.path
        return [written, URL(fileURLWithPath: written).resolvingSymlinksInPath().standardized.path, real(path)]
            .compactMap(\.self).lazy.compactMap(reason(ofResolved:)).first
    }

    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func reason(ofResolved path: String) -> String? {
        if shared.contains(path) { return "is a folder of the system" }
        let parts = path.split(separator: "/").map(String.init)
        if parts.count == 2, parts[0] == "home" { return "is the home of a user" }
        guard let first = parts.first, trees.contains("/\(first)") else { return nil }
        if path.hasPrefix(local), let name = parts.dropFirst(2).first, parts.count > 3 || !localFolders.contains(name) {
            return nil
        }
        return "is in a folder of the system"
    }
}
