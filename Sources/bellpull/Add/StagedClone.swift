import Foundation
import Git
import Processes
import Text

/// The folder of an unfinished clone, inside the site's folder. All files in it are `bellpull add`'s own: a person's files would be
/// in the site's folder itself. The whole clone then moves to the site's folder.
struct StagedClone {
    /// The path of the folder.
    let path: String
    private var site: String { (path as NSString).deletingLastPathComponent }

    private static let time = Duration.seconds(900)

    /// Names the folder of this process in the folder of a site.
    init(in site: String) { path = "\(site)/.bellpull-adding-\(getpid())" }

    /// Takes the folder at `path`, from a journal.
    init(_ path: String) { self.path = path }

    /// Makes the folder, and notes it in `journal`.
    func make(_ journal: Journal, _ account: UserIdentity) throws {
        // The name is noted before, without an identity, so that a kill in between leaves nothing.
        try journal.note(Journal.Trace(.staging, path, nil))
        try account.act {
            guard mkdir(path, 0o755) == 0 else {
                throw CommandError(
                    .failure, "cannot create \(path): \(String(cString: strerror(errno)))",
                    hint: "ls -ld \(site.quotedForShell)")
            }
        }
        try journal.note(Journal.Trace(.staging, path, FileIdentity(of: path)))
    }

    /// Moves the whole clone to the site's folder. Runs with the rights of the user who deploys.
    func publish() throws -> FolderMove {
        var move = FolderMove(from: path, to: site)
        do {
            try move.run()
        } catch {
            move.takeBack()
            guard error.code != .EEXIST else {
                throw CommandError(
                    .failure, "\(site) has got files meanwhile, which are not the clone's",
                    hint: "ls -la \(site.quotedForShell)")
            }
            throw CommandError(.failure, "cannot move the clone to \(site): \(error)")
        }
        return move
    }

    /// Removes the folder with everything in it, if it is still the one with `identity`.
    func discard(_ identity: FileIdentity?, _ account: UserIdentity) -> [Journal.Undone] {
        guard let actual = FileIdentity(of: path) else { return [] }
        guard let identity else { return result(of: actual.removeFolder(at: path)) }
        guard actual == identity else { return kept("another folder has its place") }
        guard NewClone.endOrphans(at: path, .within(.seconds(10))) else {
            return kept("a git of the interrupted command still runs there")
        }
        let command = Program("rm", ["PATH": "/usr/bin:/bin"])?.command(["-rf", "--one-file-system", "--", path])
        _ = try? account.act {
            guard FileIdentity(of: path) == identity else { return }
            _ = try command?.run(until: .now + Self.time, cancellation: Cancellation())
        }
        return FileIdentity(of: path) == nil ? [Journal.Undone(path: path, reason: nil)] : kept("rm failed")
    }

    /// Moves the rest of a whole clone to the site's folder: the clone is complete, and a person may have worked in it since.
    func finish(_ identity: FileIdentity?, _ account: UserIdentity) -> [Journal.Undone] {
        let isMoved = try? account.act {
            guard let actual = FileIdentity(of: path) else { return true }
            guard actual == identity else { return false }
            var move = FolderMove(from: path, to: site)
            guard (try? move.run()) != nil else { return false }
            return actual.removeFolder(at: path) == .removed
        }
        guard isMoved == true else {
            return [Journal.Undone(path: path, reason: "it has files that do not fit into \(site)")]
        }
        guard [".git", "repository.git"].contains(where: { access("\(site)/\($0)", F_OK) == 0 }) else { return [] }
        let command = "\(ServiceUnit.current.command) add"
        return [Journal.Undone(path: site, reason: "it has a whole clone, which \(command) takes over")]
    }

    private func result(of removal: FileIdentity.Removal) -> [Journal.Undone] {
        switch removal {
        case .removed: [Journal.Undone(path: path, reason: nil)]
        case .missing: []
        case .kept(let reason): kept(reason)
        }
    }

    private func kept(_ reason: String) -> [Journal.Undone] { [Journal.Undone(path: path, reason: reason)] }
}
