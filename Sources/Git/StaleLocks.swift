internal import Processes
internal import Text
internal import Foundation

/// Lock files that a killed git left in a repository (gitrepository-layout(5)).
struct StaleLocks {
    /// The folder of the work tree.
    let path: String
    /// The folder `.git`, or where it points to.
    let gitDirectory: String
    /// Where the references are that all work trees of the repository share.
    let commonDirectory: String

    /// Those that a pull or a checkout takes, as far as they are there and this user's.
    ///
    /// - Parameters:
    ///   - shared: the references that it writes.
    ///   - folders: where it may have written any reference, such as `refs/remotes`.
    func found(shared references: [String], under folders: [String]) -> [String] {
        let own = ["index", "HEAD", "ORIG_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "AUTO_MERGE"]
        let shared = references + ["packed-refs", "shallow"]
        let locks = own.map { "\(gitDirectory)/\($0).lock" } + shared.map { "\(commonDirectory)/\($0).lock" }
        return (locks + folders.flatMap(lockFiles)).filter(isOurs)
    }

    /// Whether a file is there and this user's: another user's git need not show among the processes we see.
    private func isOurs(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid == geteuid()
    }

    private func lockFiles(under folder: String) -> [String] {
        let folder = "\(commonDirectory)/\(folder)"
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".lock") }.map { "\(folder)/\($0)" }
    }

    /// Waits until no other git is at work in the work tree, so that what it holds is not taken from it.
    ///
    /// - Throws: `RepositoryBusy` if that is not within `limits`.
    func waitForOtherGit(_ limits: Limits) throws {
        while isGitAtWork {
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                throw RepositoryBusy(
                    explanation: Explanation(
                        "another git is at work in \(path)", hint: "wait for it, or end it"))
            }
            usleep(100_000)
        }
    }

    /// Whether a process named git is in this clone, or may be: root's does not tell another user where it is (proc(5)).
    private var isGitAtWork: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.lazy.filter { $0.allSatisfy(\.isNumber) }.contains { isGitAtWork(in: "/proc/\($0)") }
    }

    private func isGitAtWork(in process: String) -> Bool {
        // Not gitea, gitlab-runner and the like.
        guard let name = FileManager.default.contents(atPath: "\(process)/comm"),
            name == Data("git\n".utf8) || name.starts(with: Array("git-".utf8))
        else { return false }
        do {
            let place = try FileManager.default.destinationOfSymbolicLink(atPath: "\(process)/cwd")
            return place == path || place.hasPrefix("\(path)/") || place.hasPrefix(gitDirectory)
        } catch CocoaError.fileReadNoPermission {
            let owner = try? FileManager.default.attributesOfItem(atPath: process)[.ownerAccountID] as? Int
            return owner == 0
        } catch {
            // One that has ended is nowhere, though it may stay in the table for as long as nobody takes note.
            return false
        }
    }
}
