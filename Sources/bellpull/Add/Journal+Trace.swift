import Foundation
import Processes
import Text

extension Journal {
    /// What became of a thing.
    struct Undone: Equatable {
        let path: String
        /// The reason why the thing stays; `nil` if it was removed.
        let reason: String?

        var text: String {
            let shown = path.remedyEscapedForDisplay
            return reason.map { "left \(shown), because \($0)" } ?? "removed \(shown)"
        }
    }

    /// A line of a journal.
    struct Trace: Equatable {
        enum Kind: String {
            case draft, file, folder, owner, staging, whole
        }

        let kind: Kind
        let path: String
        /// The thing; `nil` for a thing that was not made yet.
        let identity: FileIdentity?

        init(_ kind: Kind, _ path: String, _ identity: FileIdentity?) {
            (self.kind, self.path, self.identity) = (kind, path, identity)
        }

        /// Parses a line; `nil` for a line that was cut short.
        init?(line: Substring) {
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count == 3, let kind = Kind(rawValue: String(words[0])), words[2].hasPrefix("/") else {
                return nil
            }
            let identity = FileIdentity(words[1])
            guard identity != nil || words[1] == "-" else { return nil }
            self.init(kind, String(words[2]), identity)
        }

        var line: String { "\(kind.rawValue) \(identity?.description ?? "-") \(path)" }

        func undo(_ account: UserIdentity) -> [Undone] {
            switch kind {
            case .draft:
                var status = stat()
                if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(path) }
                return []
            case .file: return undone(identity?.removeFile(at: path))
            case .folder: return undone(identity?.removeFolder(at: path))
            case .owner: return giveBack()
            case .staging: return StagedClone(path).discard(identity, account)
            case .whole: return StagedClone(path).finish(identity, account)
            }
        }

        private func undone(_ removal: FileIdentity.Removal?) -> [Undone] {
            switch removal {
            case .missing, nil: []
            case .removed: [Undone(path: path, reason: nil)]
            case .kept(let reason): [Undone(path: path, reason: reason)]
            }
        }

        /// Gives the folder back to root. The folder is held open: the path may lead elsewhere by now.
        private func giveBack() -> [Undone] {
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { return [] }
            defer { Foundation.close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, FileIdentity(status) == identity else {
                return [Undone(path: path, reason: "another folder has its place")]
            }
            let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(descriptor)")
            guard names?.isEmpty == true else { return [Undone(path: path, reason: "it has files in it")] }
            fchown(descriptor, 0, 0)
            return []
        }
    }
}
