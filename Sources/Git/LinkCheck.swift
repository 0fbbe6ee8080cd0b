internal import Foundation
internal import Processes
public import Text

/// A symbolic link of a repository leads out of the release.
///
/// Whoever can push could let the web server show any file of the machine.
public struct LinkError: Error, Sendable, Equatable {
    /// The path of the link in the release.
    public let link: String
    /// The target as the repository has it.
    public let target: String

    /// The message and the hint.
    public var explanation: Explanation {
        let words = "the symbolic link \(link.escapedForDisplay) leads out of the release: \(target.escapedForDisplay)"
        let remedy = "remove the link from the repository"
        return Explanation(words, hint: remedy)
    }
}

/// Checks that no symbolic link of a commit leads out of the folder of its release.
///
/// Follows the links step by step, as the system does (path_resolution(7)), because `a/..` need not be the folder of `a`
/// if `a` is a link. A link to a file that does not exist is allowed as long as its way stays inside.
struct LinkCheck {
    private let root: String
    private let shared: Set<[UInt8]>

    /// As in Linux.
    private static let limit = 40

    init(_ root: String, shared: [String]) {
        self.root = root
        self.shared = Set(shared.map { Array($0.utf8) })
    }

    /// - Parameter folder: the folder of the entries in the release; `nil` for the root.
    /// - Throws: `LinkError` for the first link that leads out; `GitError` at the end of `limits`.
    func check(_ entries: TreeEntries, below folder: TreePath? = nil, _ limits: Limits) throws {
        try entries.forEach { kind, path in
            guard kind == .link else { return }
            guard limits.deadline > .now, !limits.cancellation.isCancelled else {
                throw GitError(arguments: ["checkout"], termination: .timedOut, message: "")
            }
            let link = folder.map { $0.appending(Array(path)) } ?? TreePath(path)
            guard !shared.contains(link.bytes), let target = target(of: link.bytes) else { return }
            guard stays(link) else {
                throw LinkError(link: link.description, target: String(decoding: target, as: UTF8.self))
            }
        }
    }

    private func stays(_ link: TreePath) -> Bool {
        /// The names on the way from the root to the present place.
        var place: [[UInt8]] = []
        var rest = Self.names(link.bytes)
        /// How many links were followed.
        var followed = 0
        while !rest.isEmpty {
            let name = rest.removeFirst()
            if name == [UInt8(ascii: ".")] { continue }
            if name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                // What is shared is moved elsewhere, and has another folder above.
                guard !place.isEmpty, !isShared(place) else { return false }
                place.removeLast()
                continue
            }
            place.append(name)
            guard let target = target(of: Array(place.joined(separator: [Self.slash]))) else { continue }
            followed += 1
            // A loop leads nowhere.
            guard followed <= Self.limit else { return true }
            guard target.first != Self.slash else { return false }
            place.removeLast()
            rest = Self.names(target) + rest
        }
        return true
    }

    private func isShared(_ place: [[UInt8]]) -> Bool {
        !shared.isEmpty
            && place.indices.contains { index in
                shared.contains(Array(place[...index].joined(separator: [Self.slash])))
            }
    }

    private static let slash = UInt8(ascii: "/")

    private static func names(_ path: [UInt8]) -> [[UInt8]] { path.split(separator: slash).map { Array($0) } }

    /// Returns the target of the link at `path`; `nil` if there is no link.
    private func target(of path: [UInt8]) -> [UInt8]? {
        var status = stat()
        let path = TreePath(path).absolute(in: root)
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return nil }
        return WorkTreeFile.content(path)
    }
}
