import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text

/// The folder of a new site.
struct SitePlace {
    /// What is in the folder.
    enum Content: Equatable {
        case missing
        case empty
        /// A clone, or the releases of a site that was removed.
        case repository
    }

    let path: String
    let account: UserIdentity

    /// Looks at the folder.
    ///
    /// - Throws: an error if the folder cannot become the site's.
    func content() throws(CommandError) -> Content {
        if let folder = account.closedFolder(above: path) {
            throw CommandError(
                .failure, "\(path) is in \(folder.escapedForDisplay), which \(account.name) may not enter",
                hint: "chmod a+x \(folder.quotedForShell)  # or choose another folder with --path")
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw CommandError(.failure, "\(path): \(String(cString: strerror(errno)))", hint: "--path OTHER")
            }
            guard lstat(path, &status) != 0 else {
                throw CommandError(.failure, "\(path) is a symbolic link to a missing folder", hint: "ls -l \(word)")
            }
            return .missing
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandError(.failure, "\(path) exists and is not a folder", hint: moveAway)
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let isRepository = names.contains(".git") || names.contains("repository.git")
        // An empty folder of root is for the taking.
        guard status.st_uid == account.user || (names.isEmpty && status.st_uid == geteuid()) else {
            let owner = UserIdentity(status.st_uid)?.name ?? "\(status.st_uid)"
            throw CommandError(
                .failure, "\(path) belongs to \(owner), but bellpull runs as \(account.name)",
                hint: isRepository
                    ? "\(ShellCommand("chown", "-R", "\(account.name):", path))"
                    : "--path OTHER, a folder for the site alone")
        }
        guard !names.isEmpty else { return .empty }
        guard isRepository else {
            let listed = names.sorted().prefix(3).map(\.escapedForDisplay).joined(separator: ", ")
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            throw CommandError(.failure, "\(path) has files already: \(listed)\(more)", hint: moveAway)
        }
        return .repository
    }

    private var word: String { path.quotedForShell }

    private var moveAway: String {
        "\(ShellCommand("mv", "-T", path, "\(path).old"))  # moves it away; or choose another folder with --path"
    }

    /// Creates the missing folders, the last for the user who deploys, and notes them in `journal`.
    func make(_ content: Content, _ journal: Journal) throws(CommandError) {
        switch content {
        case .repository: return
        case .empty: try takeOver(journal)
        case .missing:
            let folders = missingFolders
            let isRootsAlone = Self.isRootsAlone((folders.first ?? path).parentFolder)
            for folder in folders {
                if isRootsAlone {
                    try create(folder)
                } else {
                    try acting { try create(folder) }
                }
                try journal.noteFolder(folder)
            }
            if isRootsAlone { lchown(path, account.user, account.group) }
        }
    }

    /// Runs `body` with the rights of the user who deploys.
    private func acting(_ body: () throws -> Void) throws(CommandError) {
        do {
            try account.act(body)
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(.failure, "cannot act as \(account.name): \(error)")
        }
    }

    private func create(_ folder: String) throws(CommandError) {
        guard mkdir(folder, 0o755) != 0 else { return }
        let code = errno
        let above = folder.parentFolder.quotedForShell
        let hint =
            switch code {
            case EACCES, EPERM: "\(ShellCommand.makeFolder(path))  # then run the command again"
            case ENOSPC, EDQUOT: "df -h \(above)  # free some space, and run the command again"
            case EROFS: "\(ShellCommand.remount(folder.parentFolder))"
            default: "ls -ld \(above)  # or choose another folder with --path"
            }
        throw CommandError(.failure, "cannot create \(folder): \(String(cString: strerror(code)))", hint: hint)
    }

    /// Returns whether nobody but root can change what `folder` leads to. Elsewhere a link of another user could lead root
    /// astray, so root does nothing there in its own name.
    static func isRootsAlone(_ folder: String) -> Bool {
        let folders = sequence(first: folder) { $0 == "/" || $0.isEmpty ? nil : $0.parentFolder }
        return folders.allSatisfy { folder in
            var status = stat()
            return lstat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == 0
                && status.st_mode & (S_IWGRP | S_IWOTH) == 0
        }
    }

    /// Gives root's empty folder to the user who deploys. The folder is held open: the path may lead elsewhere by now.
    private func takeOver(_ journal: Journal) throws(CommandError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError(.failure, "cannot open \(path)", hint: "ls -ld \(word)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid != account.user else { return }
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(descriptor)")
        guard status.st_uid == geteuid(), names?.isEmpty == true, Self.isRootsAlone(path.parentFolder) else {
            throw CommandError(.failure, "\(path) has changed meanwhile", hint: "run the command again")
        }
        try journal.note(Journal.Trace(.owner, path, FileIdentity(status)))
        fchown(descriptor, account.user, account.group)
    }

    private var missingFolders: [String] {
        let folders = sequence(first: path) { path in
            let above = (path as NSString).deletingLastPathComponent
            return above == path ? nil : above
        }
        return Array(folders.prefix { access($0, F_OK) != 0 }).reversed()
    }

    /// Checks that no other site has the folder, a folder above, or a folder below.
    func refuseOverlap(_ configuration: Configuration) throws(CommandError) {
        let own = ResolvedPath(path)
        let others =
            configuration.sites.map { ($0.name, $0.path) }
            + configuration.rejectedSites.compactMap { site in site.path.map { (site.name ?? site.place, $0) } }
        for (name, other) in others {
            let theirs = ResolvedPath(other)
            if own == theirs {
                throw CommandError(.failure, "\(path) is the folder of the site \(name)", hint: "--path OTHER")
            }
            if theirs.contains(own) {
                throw CommandError(
                    .failure, "\(path) is inside \(other), the folder of the site \(name)", hint: "--path OTHER")
            }
            if own.contains(theirs) {
                throw CommandError(
                    .failure, "\(other), the folder of the site \(name), is inside \(path)", hint: "--path OTHER")
            }
        }
    }

    /// Checks that the folder is neither one of the system nor of Bellpull.
    func refuseSystem(_ administration: Administration) throws(CommandError) {
        let own = ResolvedPath(path)
        if let reason = SystemFolder.reason(against: own) {
            throw CommandError(.failure, "\(path) \(reason), and no place for a site", hint: "--path /srv/NAME")
        }
        for folder in [administration.folder, administration.state.path] {
            let theirs = ResolvedPath(folder)
            guard own != theirs, !own.contains(theirs), !theirs.contains(own) else {
                throw CommandError(
                    .failure, "\(path) has to do with \(folder), where bellpull keeps its own files",
                    hint: "--path OTHER")
            }
        }
    }
}

extension String {
    fileprivate var parentFolder: String { (self as NSString).deletingLastPathComponent }
}
