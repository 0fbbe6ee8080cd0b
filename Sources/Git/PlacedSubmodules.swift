public import Processes
internal import Foundation
internal import Text

/// The submodules in the work tree of a clone during one deployment. The caller holds the site's lock.
///
///     prepare (fetch, refuse edits) → clear (before the site's files move) → place (afterwards) → finish
///                                       └──────────── error ────────────────→ withdraw → (the site's files) → restore
public final class PlacedSubmodules {
    private let site: any WorkingClone
    private let sources: SubmoduleSources
    private let limits: Limits
    private let transcript: Transcript
    /// What was placed before this deployment.
    private var before: SubmoduleRecord
    private var wanted: [Submodule] = []
    private var isChanging = false

    /// - Parameter sources: where submodules may come from.
    public init(
        of site: any WorkingClone, from sources: SubmoduleSources, _ limits: Limits, _ transcript: Transcript
    ) {
        (self.site, self.sources, self.limits, self.transcript) = (site, sources, limits, transcript)
        before = SubmoduleRecord(in: site.gitDirectory) ?? .none
    }

    /// Returns whether the submodules of `commit` are placed in the clone with `gitDirectory`. Starts no process.
    public static func arePlaced(for commit: Commit, in gitDirectory: String) -> Bool {
        SubmoduleRecord(in: gitDirectory)?.commit == commit.description
    }

    // MARK: Before anything changes

    /// Fetches the submodules of `commit`, and checks that placing them loses nothing. Changes no file of the site.
    ///
    /// - Throws: `SubmoduleError` if a submodule cannot be fetched, or if a person has changed files in its folder.
    public func prepare(for commit: Commit) throws {
        var fetch = SubmoduleFetch(sources, for: site, limits, transcript)
        wanted = try fetch.fetch(commit, with: try entries(of: commit, site.git))
        for entry in before.entries { try requireUnchanged(clone(of: entry)) }
        for submodule in wanted where !isPlaced(submodule) { try adopt(submodule) }
    }

    private func entries(of commit: Commit, _ git: Git) throws(GitError) -> TreeEntries {
        TreeEntries(try git.outputBytes(of: ["ls-tree", "-r", "-z", commit.description], limits))
    }

    private func requireUnchanged(_ submodule: SubmoduleClone) throws {
        guard submodule.head != nil, access(submodule.clone.path, F_OK) == 0 else { return }
        let changed = try submodule.changedFiles(limits)
        guard changed.isEmpty else { throw SubmoduleError.changed(changed, in: submodule) }
    }

    /// Sets up the folder of a submodule that Bellpull has not placed. Files there must be those of a commit, as
    /// `git submodule update` leaves them.
    private func adopt(_ submodule: Submodule) throws {
        let new = clone(of: submodule)
        let folder = new.clone.path
        guard isBelowFolders(submodule.path), let names = try? FileManager.default.contentsOfDirectory(atPath: folder),
            !names.isEmpty
        else { return }
        var status = stat()
        if lstat("\(folder)/.git", &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw SubmoduleError.hasRepository(new, in: site)
        }
        let listed = try site.git.outputBytes(
            of: ["ls-files", "--stage", "-z", "--", ":(literal)\(submodule.path)"], limits)
        let isNested = wanted.contains { submodule.path.hasPrefix("\($0.path)/") }
        guard isNested || listed.starts(with: "160000 ".utf8) else { return try requireWay(to: submodule, listed) }
        let present =
            listed.isEmpty ? nil : Commit(String(decoding: listed.dropFirst(7).prefix { $0 != 0x20 }, as: UTF8.self))
        var changed: [String] = []
        for commit in [submodule.commit, present].compactMap(\.self) where try submodule.store.has(commit, limits) {
            try new.setUp(at: commit, limits)
            changed = try new.changedFiles(limits)
            if changed.isEmpty { return }
        }
        new.remove()
        throw SubmoduleError.changed(changed, in: new)
    }

    /// Refuses to place a new submodule over files that the site does not track.
    ///
    /// - Parameter listed: the tracked files in the folder, which git removes.
    private func requireWay(to submodule: Submodule, _ listed: [UInt8]) throws {
        let tracked = Set(
            listed.split(separator: 0).compactMap { $0.split(separator: UInt8(ascii: "\t"), maxSplits: 1).last })
        let folder = TreePath(submodule.path.utf8)
        var found: [String] = []
        submodule.entries.forEach { _, path in
            let path = folder.appending(Array(path))
            if !tracked.contains(path.bytes[...]), site.status(of: path) != nil { found.append(path.description) }
        }
        guard found.isEmpty else { throw SubmoduleError.inTheWay(found, of: submodule.path, in: site.path) }
    }

    // MARK: The placement

    /// Removes the files of submodules that the new commit does not have, or has from another URL. Call before the files of
    /// the site move.
    public func clear() throws {
        let old = before.entries.map { entry in
            var entry = entry
            entry.target = wanted.first { self.entry($0).isSame(as: entry) }?.commit.description
            return entry
        }
        let new = wanted.map(entry).filter { !before.has($0) }
        try SubmoduleRecord(commit: nil, entries: old + new).write(in: site.gitDirectory)
        isChanging = true
        for entry in before.entries.reversed() where !wanted.contains(where: { self.entry($0).isSame(as: entry) }) {
            let old = clone(of: entry)
            try old.clear(limits)
            if before.isNested(entry) { rmdir(old.clone.path) }
        }
    }

    /// Places the submodules. Call after the files of the site have moved to `commit`.
    public func place(for commit: Commit) throws {
        for submodule in wanted {
            let clone = clone(of: submodule)
            guard isBelowFolders(submodule.path) else { throw SubmoduleError.noFolder(submodule.path) }
            mkdir(clone.clone.path, 0o777)
            if clone.head == nil { try clone.setUp(at: submodule.commit, limits) }
            if clone.head != submodule.commit {
                try clone.clone.keepFiles(changedBy: submodule.commit, limits)
                try clone.clone.checkOut(submodule.commit, limits, transcript)
            }
            try clone.clone.fillPointers(limits)
            // A missing file is no edit.
            if try !clone.clone.isClean(limits) { try clone.fill(limits) }
            try clone.link()
            guard clone.head == submodule.commit, try clone.clone.isClean(limits) else {
                throw SubmoduleError.changed(try clone.changedFiles(limits), in: clone)
            }
        }
        try finish(for: commit)
    }

    private func finish(for commit: Commit) throws {
        let record = SubmoduleRecord(commit: commit.description, entries: wanted.map(entry))
        for entry in before.entries where !record.has(entry) { clone(of: entry).remove() }
        for submodule in wanted { clone(of: submodule).clone.removeKeptFiles() }
        try record.write(in: site.gitDirectory)
        (before, isChanging) = (record, false)
    }

    // MARK: Failures and interruptions

    /// Removes the files of new submodules after a failure. Call before the files of the site are restored.
    public func withdraw(_ limits: Limits) throws {
        guard isChanging else { return }
        for submodule in wanted.reversed() where !isPlaced(submodule) {
            let clone = clone(of: submodule)
            guard clone.head != nil else { continue }
            try clone.clear(limits)
            clone.remove()
        }
    }

    /// Puts the submodules back to their state before the deployment. Call after the files of the site are restored.
    ///
    /// - Returns: the files moved away, because they were changed since `start`.
    public func restore(since start: FileTime, _ limits: Limits) throws -> [String] {
        guard isChanging else { return [] }
        var saved: [String] = []
        for entry in before.entries {
            guard let commit = Commit(entry.commit) else { continue }
            let target = wanted.first { self.entry($0).isSame(as: entry) }?.commit
            saved += try restore(clone(of: entry), to: DetachedClone.Position(at: commit), target, since: start, limits)
        }
        try before.write(in: site.gitDirectory)
        isChanging = false
        return saved
    }

    private func restore(
        _ submodule: SubmoduleClone, to position: DetachedClone.Position?, _ target: Commit?, since start: FileTime,
        _ limits: Limits
    ) throws -> [String] {
        guard submodule.head != nil, isBelowFolders(submodule.path) else { return [] }
        mkdir(submodule.clone.path, 0o777)
        try submodule.clone.repair(limits)
        let saved = try submodule.clone.restore(to: position, from: target, since: start, limits)
        try submodule.fill(limits)
        try submodule.link()
        return saved
    }

    /// Completes the submodules after an interrupted deployment, as far as the site's commit has them. The next placement
    /// does the rest.
    ///
    /// - Returns: the files moved away, because they were changed since `start`.
    public func recover(since start: FileTime) throws -> [String] {
        guard before.commit == nil, let head = site.head else { return [] }
        var (saved, kept): ([String], [SubmoduleRecord.Entry]) = ([], [])
        var present = try Set(entries(of: head, site.git).submodules().map(\.path))
        for entry in before.entries {
            let submodule = clone(of: entry)
            guard present.contains(entry.path), let commit = submodule.head else {
                submodule.remove()
                continue
            }
            saved += try restore(submodule, to: nil, Commit(entry.target ?? entry.commit), since: start, limits)
            present.formUnion(
                try entries(of: commit, submodule.store.git).submodules().map { "\(entry.path)/\($0.path)" })
            kept.append(
                SubmoduleRecord.Entry(
                    path: entry.path, store: entry.store, url: entry.url, commit: commit.description))
        }
        before = SubmoduleRecord(commit: nil, entries: kept)
        try before.write(in: site.gitDirectory)
        return saved
    }

    // MARK: Entries

    private func isPlaced(_ submodule: Submodule) -> Bool {
        before.entries.contains { entry(submodule).isSame(as: $0) }
    }

    private func entry(_ submodule: Submodule) -> SubmoduleRecord.Entry {
        SubmoduleRecord.Entry(
            path: submodule.path, store: submodule.store.gitDirectory, url: submodule.store.shownURL,
            commit: submodule.commit.description)
    }

    private func clone(of submodule: Submodule) -> SubmoduleClone {
        SubmoduleClone(submodule.store, at: submodule.path, in: site.path)
    }

    private func clone(of entry: SubmoduleRecord.Entry) -> SubmoduleClone {
        SubmoduleClone(SubmoduleStore(at: entry.store, url: entry.url, site.git), at: entry.path, in: site.path)
    }

    /// Whether all names above the last one are folders, and no symbolic links.
    private func isBelowFolders(_ path: String) -> Bool {
        let path = TreePath(path.utf8)
        var status = stat()
        let isLink = lstat(path.absolute(in: site.path), &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
        return !isLink
            && path.folders.allSatisfy {
                lstat($0.absolute(in: site.path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            }
    }
}

extension SubmoduleRecord {
    fileprivate func has(_ entry: Entry) -> Bool { entries.contains { $0.isSame(as: entry) } }

    fileprivate func isNested(_ entry: Entry) -> Bool { entries.contains { entry.path.hasPrefix("\($0.path)/") } }
}

extension SubmoduleRecord.Entry {
    /// Whether both are the same folder with the files of the same store.
    fileprivate func isSame(as other: SubmoduleRecord.Entry) -> Bool { path == other.path && store == other.store }
}
