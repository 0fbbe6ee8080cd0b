internal import Foundation
internal import Git
internal import Text

/// The paths that are kept across releases: a release has symbolic links to `shared`.
struct SharedLinks {
    private let folder: ReleaseFolder
    private let paths: [String]

    init(_ folder: ReleaseFolder, _ paths: [String]) {
        self.folder = folder
        self.paths = paths
    }

    /// Puts the links into the new release in `release`. What the first release brings is moved to `shared`; later
    /// releases use what is there.
    ///
    /// - Returns: what a person should know.
    func link(from release: String) throws(Failure) -> [String] {
        var notes: [String] = []
        for path in paths {
            let (own, kept) = ("\(release)/\(path)", "\(folder.shared)/\(path)")
            var status = stat()
            let isKept = lstat(kept, &status) == 0
            let isTracked = lstat(own, &status) == 0
            guard !isTracked || isKept || status.st_mode & S_IFMT != S_IFLNK else {
                throw Failure(
                    "the repository has a symbolic link at the shared path \(path.escapedForDisplay)",
                    remedy: Remedy(ShellCommand("mkdir", "-p", kept), note: "or remove the link from the repository"))
            }
            try refuseLinks(above: path, in: release)
            for parent in [own, kept] { try makeFolder(above: parent) }
            switch (isTracked, isKept) {
            case (true, false): try move(own, to: kept)
            case (true, true): try remove(own)
            case (false, false):
                notes.append("\(kept) is missing: create the file or the folder, and releases will use it")
            case (false, true): break
            }
            let up = String(repeating: "../", count: 2 + path.count { $0 == "/" })
            guard symlink("\(up)shared/\(path)", own) == 0 else { throw .cannotWrite(own, because: errno) }
        }
        return notes
    }

    /// A link above the path would lead to another folder, with another way to `shared`.
    private func refuseLinks(above path: String, in release: String) throws(Failure) {
        var parent = release
        for name in path.split(separator: "/").dropLast() {
            parent += "/\(name)"
            var status = stat()
            guard lstat(parent, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { continue }
            throw Failure(
                "the shared path \(path.escapedForDisplay) is below a symbolic link of the repository",
                hint: "write the path that the link leads to in shared, in the file of the site")
        }
    }

    private func makeFolder(above path: String) throws(Failure) {
        let parent = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw Failure("cannot create \(parent): \(error.localizedDescription)")
        }
    }

    /// Moves a file or folder, also to another file system. The release may share its files with earlier releases, so files
    /// with other links are copied.
    private func move(_ source: String, to target: String) throws(Failure) {
        let new = "\(target).bellpull-new"
        try? FileManager.default.removeItem(atPath: new)
        do {
            try FileManager.default.copyItem(atPath: source, toPath: new)
            guard rename(new, target) == 0 else { throw Failure.cannotWrite(target, because: errno) }
            try FileManager.default.removeItem(atPath: source)
        } catch {
            try? FileManager.default.removeItem(atPath: new)
            throw error as? Failure ?? Failure("cannot move \(source) to \(target): \(error.localizedDescription)")
        }
    }

    private func remove(_ path: String) throws(Failure) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw Failure("cannot remove \(path): \(error.localizedDescription)")
        }
    }
}
