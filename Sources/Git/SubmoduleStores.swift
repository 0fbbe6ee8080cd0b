public import Processes
internal import Foundation

extension Repository {
    /// Removes the stores of submodules that neither a release nor the work tree has, and the commits that are no longer in
    /// use. Packs the others like `tidy`. The caller must hold the site's lock.
    public func tidySubmodules(_ limits: Limits) throws(GitError) {
        let folder = "\(gitDirectory)/\(SubmoduleStore.folderName)"
        guard access(folder, F_OK) == 0 else { return }
        let used = commitsOfSubmodules
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".git") {
            let path = "\(folder)/\(name)"
            let commits = used[path] ?? []
            let store = SubmoduleStore(at: path, url: "", git)
            guard try store.forget(allBut: commits, limits) else {
                try? FileManager.default.removeItem(atPath: path)
                continue
            }
            try store.tidy(limits)
            try store.removeLargeFiles(besides: commits.compactMap { Commit($0) }, limits)
        }
    }

    /// The commits in use, by the path of the store.
    private var commitsOfSubmodules: [String: Set<String>] {
        var used: [String: Set<String>] = [:]
        for entry in SubmoduleRecord(in: gitDirectory)?.entries ?? [] {
            used[entry.store, default: []].insert(entry.commit)
        }
        let releases = "\(gitDirectory)/\(ReleaseTree.indices)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: releases)) ?? []
        for name in names where name.hasSuffix(SubmoduleTrees.suffix) {
            for entry in SubmoduleTrees.entries(in: "\(releases)/\(name)") {
                used[entry.store, default: []].insert(entry.commit)
            }
        }
        return used
    }
}
