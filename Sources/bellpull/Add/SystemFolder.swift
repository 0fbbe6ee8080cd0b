/// The folders of the system, which are no place for a site.
enum SystemFolder {
    /// Folders that belong to the system with everything in them.
    private static let whole: Set<String> = [
        "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys", "usr",
    ]
    /// Folders that may have sites in them, but are none.
    private static let shared: Set<[String]> = [
        [], ["home"], ["media"], ["mnt"], ["opt"], ["root"], ["srv"], ["tmp"], ["var"], ["usr", "local"],
        ["usr", "share"],
        ["var", "backups"], ["var", "cache"], ["var", "lib"], ["var", "local"], ["var", "log"], ["var", "mail"],
        ["var", "opt"], ["var", "spool"], ["var", "tmp"],
    ]
    /// Folders in a folder of the system that a person may fill.
    private static let open: Set<[String]> = [["usr", "local"], ["usr", "share"]]

    /// Returns whether `path` is a folder of the system.
    static func contains(_ path: ResolvedPath) -> Bool {
        let names = path.names
        if shared.contains(names) { return true }
        return whole.contains(names[0]) && !open.contains(Array(names.prefix(2)))
    }
}
