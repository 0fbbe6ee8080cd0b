public import Processes
internal import Foundation

extension Repository {
    /// Removes the temporary files of killed fetches, and packs the objects if there are more than 50 packs or about
    /// 2,000 loose objects. The caller must hold the site's lock.
    ///
    /// - Parameter limits: how long git may take. Cutting the packing short loses nothing.
    /// - Throws: `GitError` if git cannot pack the objects.
    public func tidy(_ limits: Limits) throws(GitError) {
        let hour = FileTime.now(minus: 3600)
        removeTemporaryObjects { $0 < hour }
        guard needsPacking else { return }
        let start = FileTime.now()
        defer { removeTemporaryObjects { $0 >= start } }
        let completion = try git.run(["repack", "-d", "-l", "-q", "--geometric=2"], limits)
        guard case .exited(let status) = completion.termination, status != 0 else { return }
        // Git before 2.33 does not know the option.
        let settings = ["-c", "gc.autoDetach=false", "-c", "gc.pruneExpire=2.weeks.ago"]
        _ = try git.output(of: settings + ["gc", "--quiet"], limits)
    }

    /// Removes the temporary files of a fetch that failed after `start`: they may be what fills the disk. Does nothing
    /// while a person's git runs in the clone.
    public func removeTemporaryObjects(since start: FileTime) {
        let locks = StaleLocks(path: git.directory, gitDirectory: gitDirectory, commonDirectory: commonDirectory)
        if !locks.isGitAtWork { removeTemporaryObjects { $0 >= start } }
    }

    private var objects: String { "\(commonDirectory)/objects" }

    private func removeTemporaryObjects(where isLeft: (FileTime) -> Bool) {
        let folders = Self.names(in: objects).filter { $0.count == 2 || $0 == "pack" }.map { "\(objects)/\($0)" }
        for folder in folders + [objects] {
            for name in Self.names(in: folder) where name.hasPrefix("tmp_") || name.hasPrefix(".tmp-") {
                let file = "\(folder)/\(name)"
                if let time = FileTime(writingOf: file), isLeft(time) { unlink(file) }
            }
        }
    }

    private var needsPacking: Bool {
        if Self.names(in: "\(objects)/pack").count(where: { $0.hasSuffix(".pack") }) > 50 { return true }
        // Objects are spread evenly over 256 folders, so one folder tells enough, as for git gc --auto.
        return Self.names(in: "\(objects)/17").count > 2000 / 256
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
