import Configuration
import Foundation
import Git
import Processes
import Text

/// Removes a site: first its file, then what `bellpull add` made for it. The order lets a second run finish what a killed one has
/// begun.
struct SiteRemoval {
    let name: String
    let removesFiles: Bool
    let administration: Administration
    let cancellation: Cancellation

    /// How long to wait for a running deployment before the files are removed.
    private static let time = Duration.seconds(900)
    private var folder: String { administration.sitesFolder }

    /// Removes the site. The caller holds the lock.
    func run() throws -> RemovedSite {
        // Any other name would lead to another folder.
        guard SiteName(name) != nil else {
            throw CommandError(
                unknownSite: name.escapedForDisplay, known: administration.configuration.sites.map(\.name))
        }
        // A note of an earlier removal says nothing about a site that was added since.
        let isThere = access(administration.file(of: name), F_OK) == 0
        var note = try (isThere ? nil : RemovalNote.read(name, in: folder)) ?? newNote()
        note.removesFiles = note.removesFiles || removesFiles
        if note.removesFiles, let path = note.path { try refuseFiles(path) }
        let file = administration.file(of: name)
        try note.write(in: folder)
        guard unlink(file) == 0 || errno == ENOENT else {
            let reason = String(cString: strerror(errno))
            note.remove(in: folder)
            throw CommandError(.failure, "cannot remove \(file): \(reason)", hint: "lsattr \(file.quotedForShell)")
        }
        NewFile.synchronizeFolder(of: file)
        var removed = RemovedSite(note, file: file)
        if let path = removed.path { removed.sharesPath = (try? refuseFiles(path)) == nil }
        removed.service = try updateService(note)
        try checkpoint()
        if let secret = note.secretFile, unlink(secret) == 0 { removed.removed.append(secret) }
        if let key = note.key {
            try administration.deploying { for file in [key, "\(key).pub"] { unlink(file) } }
            removed.removed.append(key)
        }
        removed.removed += try removeTraces()
        if note.removesFiles, let path = note.path, access(path, F_OK) == 0 {
            try removeFiles(path)
            removed.removed.append(path)
        }
        MadeSecret.forget(name, in: folder)
        note.remove(in: folder)
        return removed
    }

    private func checkpoint() throws(CommandError) {
        guard !cancellation.isCancelled else {
            throw CommandError(
                .failure, "interrupted; \(name) is no longer a site, but some of it is left",
                hint: "\(ServiceUnit.current.command) remove \(name)")
        }
    }

    private func updateService(_ note: RemovalNote) throws(CommandError) -> ServiceUpdate.Result {
        do {
            return try ServiceUpdate(administration: administration, cancellation: cancellation)
                .remove(isLastSite: note.isLastSite)
        } catch {
            let fact = Explanation(
                "the file of \(name) is removed, but the running service still has the site",
                hint: "then \(ServiceUnit.current.command) remove \(name) again, which removes the rest")
            throw CommandError(.failure, error.explanations + [fact])
        }
    }

    // MARK: What is there

    private func newNote() throws -> RemovalNote {
        let configuration = administration.configuration
        let file = administration.file(of: name)
        guard access(file, F_OK) == 0 else {
            guard let site = configuration.sites.first(where: { $0.name == name }) else {
                throw CommandError(unknownSite: name, known: configuration.sites.map(\.name))
            }
            throw CommandError(
                .failure, "\(name) has no file of its own: it is a table in \(site.place)",
                hint: "remove the table there, then systemctl reload \(ServiceUnit.current)")
        }
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let draft = try? SiteDraft(name: name, text: text, path: file)
        let rejected = configuration.rejectedSites.first { $0.name == name }
        let others = configuration.sites.filter { $0.name != name }
        let remote = try draft.flatMap { draft in
            try administration.deploying { SiteFile(of: draft.settings, administration).remote }
        }
        let secret = SecretUse(of: name, draft?.secretFile, administration)
        // A service with a main file runs without a site, too.
        let isLast =
            others.isEmpty && configuration.rejectedSites.allSatisfy { $0.name == name }
            && access(administration.source.mainFilePath, F_OK) != 0
        return RemovalNote(
            site: name, path: draft?.settings.path ?? rejected?.path, remote: remote,
            secretFile: secret.own, keptSecret: secret.kept, key: try ownKey(remote, others),
            removesFiles: removesFiles, isLastSite: isLast)
    }

    /// Returns the deploy key if `add` made it and no other site has the same repository.
    private func ownKey(_ remote: String?, _ others: [SiteSettings]) throws -> String? {
        guard let remote else { return nil }
        return try administration.deploying {
            guard let key = DeployKey(of: remote, in: administration.state) else { return nil }
            // Nobody knows which repositories the sites with mistakes have.
            guard administration.configuration.rejectedSites.allSatisfy({ $0.name == name }) else { return nil }
            let inUse = others.compactMap { SiteFile(of: $0, administration).remote }
            return inUse.contains { DeployKey.path(of: $0, in: administration.state) == key.path } ? nil : key.path
        }
    }

    // MARK: The files

    /// Removes the site's files in the state folder, except for the ledger: the home of the `notify` program, the output of the
    /// last deployment, the note about `after`, and the requests to restart the application. Returns their paths.
    private func removeTraces() throws -> [String] {
        let folders = ["notify", "output", "after", "live", "restart", "restarted"]
        let paths = folders.map { "\(administration.state.path)/\($0)/\(name)" }
        return try administration.deploying {
            try paths.filter { access($0, F_OK) == 0 }.map { path in
                try? FileManager.default.removeItem(atPath: path)
                guard access(path, F_OK) != 0 else {
                    throw CommandError(.failure, "\(path) is not removed", hint: "rm -rf \(path.quotedForShell)")
                }
                return path
            }
        }
    }

    /// Refuses to remove a folder with more in it than the site.
    private func refuseFiles(_ path: String) throws(CommandError) {
        let own = ResolvedPath(path)
        let others =
            administration.configuration.sites.filter { $0.name != name }.map(\.path)
            + administration.configuration.rejectedSites.filter { $0.name != name }.compactMap(\.path)
            + [administration.folder, administration.state.path]
        if let inner = others.first(where: { ResolvedPath($0) == own || own.contains(ResolvedPath($0)) }) {
            throw CommandError(
                .failure, "\(path) also has \(inner) in it",
                hint: "\(ServiceUnit.current.command) remove \(name), without --files")
        }
        let reason = own.names.count < 2 ? "is a folder of the system" : SystemFolder.reason(against: own)
        if let reason {
            throw CommandError(
                .failure, "\(path) \(reason), and is not removed",
                hint: "\(ServiceUnit.current.command) remove \(name), without --files")
        }
    }

    /// Waits for the end of a running deployment, and removes the folder with the rights of the user who deploys: that user may
    /// put a link in place of a folder above, and root must not follow it.
    private func removeFiles(_ path: String) throws {
        let locks = ["\(path)/bellpull.lock", "\(path)/.git/bellpull.lock"]
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW
        let descriptors = try administration.deploying { locks.map { open($0, flags) }.filter { $0 >= 0 } }
        defer { for descriptor in descriptors { close(descriptor) } }
        let deadline = ContinuousClock.now + Self.time
        var hasTold = false
        for descriptor in descriptors {
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                if !hasTold {
                    LogWriter.standardError.write("bellpull: waiting for the running deployment of \(name)\n")
                }
                hasTold = true
                guard deadline > .now else {
                    throw CommandError(
                        .failure, "a deployment of \(name) is still running, so its files are left",
                        hint: "\(ServiceUnit.current.command) remove \(name) --files")
                }
                if cancellation.wait(for: .milliseconds(100)) { try checkpoint() }
            }
        }
        let command = Program("rm", ["PATH": "/usr/bin:/bin"])?.command(["-rf", "--one-file-system", "--", path])
        let completion = try administration.deploying {
            try command?.run(until: .now + Self.time, cancellation: cancellation)
        }
        try checkpoint()
        // The folder above is usually root's.
        if SitePlace.isRootsAlone((path as NSString).deletingLastPathComponent) { rmdir(path) }
        guard access(path, F_OK) != 0 else {
            let line = completion?.errors.split(separator: "\n").first ?? "rm failed"
            throw CommandError(
                .failure, "\(path) is not removed: \(String(line).escapedForDisplay)",
                hint: "\(ServiceUnit.current.command) remove \(name) --files")
        }
    }
}
