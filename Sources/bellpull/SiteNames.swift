import Configuration
import Foundation

/// The names in the ledger of sites from REPO_PATH. Such a site has the name of its folder, but two clones with one folder
/// name may share a state folder: `/srv/alice/blog` and `/srv/bob/blog`.
///
/// The first clone to be served keeps the plain name: the file `names/blog` in the state folder holds its path. Other
/// clones get a name with a hash of their path, such as `blog-1a2b3c4d`.
struct SiteNames {
    /// The folder of the files, one per name.
    let folder: String

    private static let longestName = 64

    /// Creates the names in a state folder.
    init(in state: StateDirectory) {
        folder = "\(state.path)/names"
    }

    /// Returns `configuration` with the name in the ledger for the site from REPO_PATH. Sites from files keep their names.
    ///
    /// - Parameter claims: whether to keep the name for the clone from now on, as the service does. Commands only look.
    func apply(to configuration: Configuration, claims: Bool) -> Configuration {
        configuration.renamingSiteOfEnvironment { name(like: $0.name, ofCloneAt: $0.path, claims: claims) }
    }

    private func name(like name: String, ofCloneAt path: String, claims: Bool) -> String {
        let clone = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        if claims { claim(name, for: clone) }
        guard let owner = owner(of: name), owner != clone else { return name }
        let hash = String(Self.hash(clone), radix: 16)
        let suffix = "-" + String(repeating: "0", count: 8 - hash.count) + hash
        return name.prefix(Self.longestName - suffix.utf8.count) + suffix
    }

    /// Returns the path of the clone with the name; `nil` if no clone has the name.
    private func owner(of name: String) -> String? {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return nil }
        let path = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        return path.isEmpty ? nil : path
    }

    /// Gives `name` to `clone` unless another clone has the name. A name that cannot be recorded is used all the same.
    private func claim(_ name: String, for clone: String) {
        guard owner(of: name) == nil else { return }
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // A link appears with its content, and only if no other process was faster.
        let draft = "\(folder)/.\(name).\(getpid())"
        guard FileManager.default.createFile(atPath: draft, contents: Data("\(clone)\n".utf8)) else { return }
        link(draft, "\(folder)/\(name)")
        unlink(draft)
    }

    /// Returns a hash of `path` that is the same in every process (FNV-1a, 32 bits).
    private static func hash(_ path: String) -> UInt32 {
        path.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}
