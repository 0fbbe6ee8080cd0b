internal import Processes
internal import Text
internal import Foundation

/// Lock files left in a repository by a killed git (gitrepository-layout(5)).
struct StaleLocks {
    /// The folder of the work tree.
    let path: String
    /// The repository's own folder, usually `.git`.
    let gitDirectory: String
    /// The folder of the objects and references, shared by all work trees of the repository.
    let commonDirectory: String

    /// Finds the lock files of a pull or a checkout that belong to this user.
    ///
    /// - Parameters:
    ///   - shared: the references written by the pull or the checkout.
    ///   - folders: folders such as `refs/remotes`, to search for locks of any reference.
    func found(shared references: [String], under folders: [String]) -> [String] {
        let own = ["index", "HEAD", "ORIG_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "AUTO_MERGE"]
        let shared = references + ["packed-refs", "shallow"]
        let locks = own.map { "\(gitDirectory)/\($0).lock" } + shared.map { "\(commonDirectory)/\($0).lock" }
        return (locks + folders.flatMap(lockFiles)).filter(isOurs)
    }

    /// Returns whether a file exists and belongs to this user. The locks of other users stay, as `/proc` may hide their
    /// processes from this user.
    private func isOurs(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid == geteuid()
    }

    private func lockFiles(under folder: String) -> [String] {
        let folder = "\(commonDirectory)/\(folder)"
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".lock") }.map { "\(folder)/\($0)" }
    }

    /// Waits until no other git runs in a work tree of the repository, as a running git still needs its locks.
    ///
    /// - Throws: `RepositoryBusy` if a git still runs at the deadline.
    func waitForOtherGit(_ limits: Limits) throws {
        while isGitAtWork {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                throw RepositoryBusy(
                    explanation: Explanation(
                        "another git is at work in \(path)",
                        remedy: Remedy(
                            ShellCommand("pgrep", "-a", "-x", "git"),
                            note: "shows that git; wait until it exits, or stop it")))
            }
            usleep(100_000)
        }
    }

    /// The folders of the repository and of all its work trees (gitrepository-layout(5), "worktrees").
    private var places: [String] {
        let linked = (try? FileManager.default.contentsOfDirectory(atPath: "\(commonDirectory)/worktrees")) ?? []
        let files = linked.compactMap {
            FileManager.default.contents(atPath: "\(commonDirectory)/worktrees/\($0)/gitdir")
        }
        let folders = files.map { String(decoding: $0, as: UTF8.self).trimmed } + [commonDirectory]
        let trees = folders.filter { $0.hasSuffix("/.git") }.map { String($0.dropLast(5)) }
        return [path, gitDirectory, commonDirectory] + trees
    }

    /// Whether a process named git runs in a work tree of this repository. A git of root always counts: only root may
    /// read the current folder of a process of root (proc(5)).
    var isGitAtWork: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let places = places
        return processes.lazy.filter { $0.allSatisfy(\.isNumber) }.contains { Self.isGit("/proc/\($0)", at: places) }
    }

    private static func isGit(_ process: String, at places: [String]) -> Bool {
        // Programs such as gitea and gitlab-runner are not git.
        guard let name = FileManager.default.contents(atPath: "\(process)/comm"),
            name == Data("git\n".utf8) || name.starts(with: Array("git-".utf8))
        else { return false }
        do {
            let place = try FileManager.default.destinationOfSymbolicLink(atPath: "\(process)/cwd")
            return places.contains { place == $0 || place.hasPrefix("\($0)/") }
        } catch CocoaError.fileReadNoPermission {
            let owner = try? FileManager.default.attributesOfItem(atPath: process)[.ownerAccountID] as? Int
            return owner == 0
        } catch {
            // The process has exited. A zombie has no current folder.
            return false
        }
    }
}
