import Foundation
import Text

/// Finds files beside the sites' files that look like sites, and that Bellpull ignores because of their names.
struct SitesFolderCheck {
    /// The folder with a file for each site.
    let folder: String

    /// The ends of names that say that a file is not in use.
    private static let unused = [
        "~", ".bak", ".old", ".orig", ".save", ".swp", ".disabled", ".example", ".sample", ".dist", ".rej", ".md",
        ".txt",
    ]

    /// Ends of names that people write in place of `.toml`.
    private static let mistaken = [".toml", ".conf", ".cfg", ".ini", ".tml", ".yaml", ".yml", ".json"]

    var results: [CheckResult] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter(isMistaken).map { name in
            let path = "\(folder)/\(name)"
            let wrong = Self.mistaken.first { name.lowercased().hasSuffix($0) } ?? ""
            let stem = name.dropLast(wrong.count)
            return .warning(
                "configuration", "\(path) is ignored, because its name does not end in .toml",
                hint:
                    "mv -n \(path.quotedForShell) \("\(folder)/\(stem).toml".quotedForShell) && systemctl reload \(ServiceUnit.current)"
            )
        }
    }

    private func isMistaken(_ name: String) -> Bool {
        guard !name.hasPrefix("."), !name.hasSuffix(".toml"), !name.hasPrefix("README") else { return false }
        guard !Self.unused.contains(where: name.hasSuffix), !name.contains(".dpkg-"), !name.contains(".rpm") else {
            return false
        }
        var status = stat()
        return stat("\(folder)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
