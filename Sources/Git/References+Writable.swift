internal import Foundation

extension References {
    /// A folder or file that a fetch writes to and this user may not, as after somebody has run git as root; `nil` if there
    /// is none.
    var unwritable: String? {
        ([gitDirectory, commonDirectory, "\(gitDirectory)/FETCH_HEAD"] + folders).first { path in
            access(path, W_OK) != 0 && errno != ENOENT
        }
    }

    /// Those for objects, and those for references and their logs. Other files are replaced and not written to.
    private var folders: [String] {
        let objects = "\(commonDirectory)/objects"
        let packs = (try? FileManager.default.contentsOfDirectory(atPath: objects)) ?? []
        return [objects] + packs.map { "\(objects)/\($0)" } + tree("refs") + tree("logs")
    }

    private func tree(_ name: String) -> [String] {
        let top = "\(commonDirectory)/\(name)"
        let below = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
        let paths = [top] + below.map { "\(top)/\($0)" }
        // A log is appended to; a reference is replaced.
        return name == "logs" ? paths : paths.filter(isFolder)
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
