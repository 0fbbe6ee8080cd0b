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
        // An empty folder of root is for the taking.
        guard status.st_uid == account.user || (names.isEmpty && status.st_uid == geteuid()) else {
            let owner = UserIdentity(status.st_uid)?.name ?? "\(status.st_uid)"
            throw CommandError(
                .failure, "\(path) belongs to \(owner), but bellpull runs as \(account.name)",
                hint: "\(ShellCommand("chown", "-R", "\(account.name):", path))")
        }
        guard !names.isEmpty else { return .empty }
        guard names.contains(".git") || names.contains("repository.git") else {
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
            for folder in missingFolders {
                try journal.note(.folder(folder))
                guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
                    let reason = String(cString: strerror(errno))
                    throw CommandError(.failure, "cannot create \(folder): \(reason)", hint: "--path OTHER")
                }
            }
            lchown(path, account.user, account.group)
        }
        try journal.note(.contents(path))
    }

    /// Gives root's empty folder to the user who deploys. The folder is held open: the path may lead elsewhere by now.
    private func takeOver(_ journal: Journal) throws(CommandError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError(.failure, "cannot open \(path)", hint: "ls -ld \(word)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid != account.user else { return }
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(descriptor)")
        guard status.st_uid == geteuid(), names?.isEmpty == true else {
            throw CommandError(.failure, "\(path) has changed meanwhile", hint: "run the command again")
        }
        try journal.note(.owner(path))
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
        let own = Self.resolved(path)
        let others =
            configuration.sites.map { ($0.name, $0.path) }
            + configuration.rejectedSites.compactMap { site in site.path.map { (site.name ?? site.place, $0) } }
        for (name, other) in others {
            let theirs = Self.resolved(other)
            if own == theirs {
                throw CommandError(.failure, "\(path) is the folder of the site \(name)", hint: "--path OTHER")
            }
            if own.hasPrefix("\(theirs)/") {
                throw CommandError(
                    .failure, "\(path) is inside \(other), the folder of the site \(name)", hint: "--path OTHER")
            }
            if theirs.hasPrefix("\(own)/") {
                throw CommandError(
                    .failure, "\(other), the folder of the site \(name), is inside \(path)", hint: "--path OTHER")
            }
        }
    }

    static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardized.path
    }
}
