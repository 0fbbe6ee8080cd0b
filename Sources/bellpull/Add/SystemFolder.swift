/// Folders that belong to the system or to a person, and never to a site: a site's folder is given to the user who deploys.
enum SystemFolder {
    /// Folders that are refused with everything in them (Filesystem Hierarchy Standard 3.0).
    private static let trees: Set<String> = [
        "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "lost+found", "proc", "root", "run", "sbin",
        "sys",
        "usr",
    ]
    /// Folders that are refused themselves, but may contain sites.
    private static let shared: Set<[String]> = [
        [], ["home"], ["media"], ["mnt"], ["opt"], ["srv"], ["tmp"], ["var"], ["var", "backups"], ["var", "cache"],
        ["var", "lib"], ["var", "local"], ["var", "lock"], ["var", "log"], ["var", "mail"], ["var", "opt"],
        ["var", "run"],
        ["var", "spool"], ["var", "tmp"],
    ]
    /// The folders of `/usr/local`, the part of `/usr` that belongs to the administrator.
    private static let local: Set<String> = [
        "bin", "etc", "games", "include", "lib", "man", "sbin", "share", "src",
    ]

    /// Returns what `path` is, as words after the path; `nil` if a site may be there.
    static func reason(against path: ResolvedPath) -> String? {
        let names = path.names
        if shared.contains(names) { return "is a folder of the system" }
        if names.count == 2, names[0] == "home" { return "is the home of a user" }
        guard trees.contains(names[0]) else { return nil }
        if names.starts(with: ["usr", "local"]), names.count > 2, names.count > 3 || !local.contains(names[2]) {
            return nil
        }
        return "is in a folder of the system"
    }
}
