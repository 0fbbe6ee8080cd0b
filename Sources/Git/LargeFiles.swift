public import Processes
internal import Foundation

/// The settings of git-lfs for a repository (git-lfs-config(5)). Settings of a command line have precedence over the file
/// `.lfsconfig`, which a committer could use to send credentials to another server.
enum LargeFiles {
    /// The settings that make files of pointers.
    static let on = [
        "filter.lfs.process=git-lfs filter-process", "filter.lfs.smudge=git-lfs smudge -- %f",
        "filter.lfs.clean=git-lfs clean -- %f", "filter.lfs.required=true",
        // A committer must not choose which files stay pointers.
        "lfs.fetchexclude=", "lfs.fetchinclude=", "lfs.skipdownloaderrors=false",
    ]

    /// The settings that leave pointers as they are.
    static let off = [
        "filter.lfs.process=", "filter.lfs.smudge=", "filter.lfs.clean=", "filter.lfs.required=false",
    ]

    /// Returns the URL of the git-lfs server of the repository at `remote` (git-lfs, "Server Discovery").
    static func serverURL(of remote: String) -> String {
        let url = RemoteURL(remote)
        switch url.transport {
        case .http:
            let trimmed = remote.hasSuffix("/") ? String(remote.dropLast()) : remote
            return trimmed + (trimmed.hasSuffix(".git") ? "" : ".git") + "/info/lfs"
        case .local: return remote.hasPrefix("/") ? "file://\(remote)" : remote
        // git-lfs asks the server by ssh.
        case .ssh, .other: return remote
        }
    }

    /// Whether git-lfs is in `PATH`.
    static func isInstalled(_ path: String?) -> Bool {
        (path ?? "").split(separator: ":").contains { access("\($0)/git-lfs", X_OK) == 0 }
    }
}

extension Git {
    /// Whether git-lfs is installed.
    public var hasLargeFiles: Bool { LargeFiles.isInstalled(environment["PATH"]) }

    /// Returns git that fetches the files in git-lfs from the server of `remote`.
    func fetchingLargeFiles(from remote: String) -> Git {
        fetchingLargeFiles(server: LargeFiles.serverURL(of: remote))
    }

    fileprivate func fetchingLargeFiles(server: String) -> Git {
        guard server.redactingCredentials != server else {
            return adding(LargeFiles.on + ["lfs.url=\(server)"], lfs: true)
        }
        // Everybody may read the command line of a process.
        return adding(LargeFiles.on, lfs: true).moved(
            to: directory,
            with: ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "lfs.url", "GIT_CONFIG_VALUE_0": server])
    }
}

extension Repository {
    /// Returns git for the repository, with git-lfs on or off.
    ///
    /// - Parameter isOn: `nil` leaves the decision to the clone's own configuration.
    public func git(largeFiles isOn: Bool?, _ limits: Limits) throws(GitError) -> Git {
        guard let isOn else { return git }
        guard isOn else { return git.adding(LargeFiles.off, lfs: false) }
        // The administrator's own setting has precedence.
        let own = try git.run(["config", "--local", "--get", "lfs.url"], limits)
        if own.isSuccess { return git.fetchingLargeFiles(server: own.output.trimmed) }
        return git.fetchingLargeFiles(from: try configuredURL(limits) ?? "")
    }

    /// Removes the downloaded files in git-lfs that none of `commits` has. Files of the last day stay.
    public func removeLargeFiles(besides commits: [Commit], _ limits: Limits) throws(GitError) {
        let root = "\(commonDirectory)/lfs/objects"
        guard git.fetchesLargeFiles, access(root, F_OK) == 0 else { return }
        let day = FileTime.now(minus: 86_400)
        let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        let old = files.filter { file in
            ((file as NSString).lastPathComponent).utf8.count == 64
                && FileTime(writingOf: "\(root)/\(file)").map { $0 < day } == true
        }
        guard !old.isEmpty else { return }
        var used: Set<Substring> = []
        for commit in commits {
            let lines = try git.output(of: ["lfs", "ls-files", "--long", commit.description], limits)
            used.formUnion(lines.split(separator: "\n").map { $0.prefix(64) })
        }
        for file in old where !used.contains(Substring((file as NSString).lastPathComponent)) {
            unlink("\(root)/\(file)")
        }
    }
}
