public import Processes
internal import Foundation
internal import Text

/// Fetches the submodules of a commit, and theirs, before anything is placed.
///
/// The trees decide which submodules there are and at which commits; `.gitmodules` tells only the URLs.
public struct SubmoduleFetch {
    private let sources: SubmoduleSources
    private let git: Git
    private let stores: String
    private let limits: Limits
    private let transcript: Transcript
    private var settings: SubmoduleSettings?
    private var found: [Submodule] = []

    /// How deep submodules may be nested, and how many there may be in total.
    private static let (levels, count) = (5, 200)

    /// Creates a fetch for the site with `repository`.
    public init(
        _ sources: SubmoduleSources, for repository: some Repository, _ limits: Limits, _ transcript: Transcript
    ) {
        self.sources = sources
        self.limits = limits
        self.transcript = transcript
        git = repository.git.moved(
            to: repository.gitDirectory, with: ["GIT_DIR": repository.gitDirectory])
        stores = "\(repository.gitDirectory)/\(SubmoduleStore.folderName)"
    }

    /// Fetches the submodules of `commit` of the site, which has the files `entries`. Returns each submodule after the one
    /// that it is nested in. Starts no process if there are no submodules.
    ///
    /// - Throws: `SubmoduleError` if a submodule cannot be fetched; `GitError` at the end of the limits.
    public mutating func fetch(_ commit: Commit, with entries: TreeEntries) throws -> [Submodule] {
        found = []
        try fetch(in: Parent(prefix: "", url: sources.remote, commit: commit, git: git), entries, level: 1)
        return found
    }

    private struct Parent {
        let prefix: String
        let url: String
        let commit: Commit
        let git: Git
    }

    private mutating func fetch(in parent: Parent, _ entries: TreeEntries, level: Int) throws {
        let submodules = try entries.submodules()
        guard let first = submodules.first else { return }
        guard level <= Self.levels, found.count + submodules.count <= Self.count else {
            throw SubmoduleError(
                "the submodule \((parent.prefix + first.path).escapedForDisplay) is one too many: Bellpull places "
                    + "\(Self.count) submodules, nested \(Self.levels) deep", hint: "remove submodules")
        }
        guard entries.contains(".gitmodules") else { throw Self.noURL(parent.prefix + first.path) }
        let file = try SubmoduleFile(of: parent.commit, in: parent.git, limits)
        for (name, commit) in submodules {
            let path = parent.prefix + name
            guard let text = file.url(ofSubmoduleAt: name) else { throw Self.noURL(path) }
            let url = try sources.url(text, ofSubmodule: path, in: parent.url)
            let submodule = try fetch(commit, path, url)
            found.append(submodule)
            let next = Parent(prefix: path + "/", url: url, commit: commit, git: submodule.store.git)
            try fetch(in: next, submodule.entries, level: level + 1)
        }
    }

    private mutating func fetch(_ commit: Commit, _ path: String, _ url: String) throws -> Submodule {
        do {
            return try fetched(commit, path, url)
        } catch let error as GitError {
            guard case .exited = error.termination else { throw error }
            let shown = url.redactingCredentials
            throw SubmoduleError(
                "the submodule \(path.escapedForDisplay) cannot be fetched from \(shown.escapedForDisplay): "
                    + error.firstLine, hint: Remedy(.service("git", "ls-remote", shown), note: "shows more").description
            )
        }
    }

    private mutating func fetched(_ commit: Commit, _ path: String, _ url: String) throws -> Submodule {
        let store = try SubmoduleStore(of: url, in: stores, git, commit, limits)
        try store.fetch(commit, for: path, try lines(), limits, transcript)
        let entries: TreeEntries
        do throws(GitError) {
            entries = TreeEntries(try store.git.outputBytes(of: ["ls-tree", "-r", "-z", commit.description], limits))
        } catch {
            // The next deployment fetches the submodule anew.
            if error.isOfDamage { try? FileManager.default.removeItem(atPath: store.gitDirectory) }
            throw error
        }
        return Submodule(path: path, commit: commit, url: url, store: store, entries: entries)
    }

    private mutating func lines() throws(GitError) -> Data {
        if let settings { return settings.lines }
        let settings = try SubmoduleSettings(of: git, limits)
        self.settings = settings
        return settings.lines
    }

    private static func noURL(_ path: String) -> SubmoduleError {
        SubmoduleError(
            "the submodule \(path.escapedForDisplay) has no URL in .gitmodules",
            hint: "add the submodule with git submodule add, or remove it with git rm --cached \(path.quotedForShell)")
    }
}
