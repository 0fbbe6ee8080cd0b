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
    /// Whether the check gave up: the links of the repository lead through one another too often.
    public let isTooLong: Bool

    /// The message and the hint.
    public var explanation: Explanation {
        let fault = isTooLong ? "leads through too many links" : "leads out of the release"
        let words = "the symbolic link \(link.escapedForDisplay) \(fault): \(target.escapedForDisplay)"
        let remedy = "remove the link from the repository, or from what build makes"
        return Explanation(words, hint: remedy)
    }
}

/// Checks that no symbolic link of a commit leads out of the folder of its release.
///
/// Follows the links step by step, as the system does (path_resolution(7)), because `a/..` need not be the folder of `a`
/// if `a` is a link. A link to a file that does not exist is allowed as long as its way stays inside.
final class LinkCheck {
    private let root: String
    private let shared: Set<[UInt8]>
    /// The beginnings of absolute targets that are allowed.
    private let system: [[UInt8]]
    /// The targets of the links read so far, and the paths that are no links: many links may lead through one folder.
    private var known: [[UInt8]: [UInt8]?] = [:]

    /// How many more names may be looked at. Links that lead through one another multiply: a few hundred of them could keep
    /// the check busy for minutes.
    private var budget = 1_000_000

    /// As in Linux.
    private static let limit = 40

    init(_ root: String, shared: [String], system: [String] = []) {
        self.system = system.map { Array($0.utf8) }
        self.root = root
        self.shared = Set(shared.map { Array($0.utf8) })
    }

    /// - Parameter folder: the folder of the entries in the release; `nil` for the root.
    /// - Throws: `LinkError` for the first link that leads out; `GitError` at the end of `limits`.
    func check(_ entries: TreeEntries, below folder: TreePath? = nil, _ limits: Limits) throws {
        try entries.forEach { kind, path in
            guard kind == .link else { return }
            try check(folder.map { $0.appending(Array(path)) } ?? TreePath(path), limits)
        }
    }

    /// Checks all links in the folder.
    ///
    /// - Throws: `LinkError` for the first link that leads out; `GitError` at the end of `limits`.
    func checkAll(_ limits: Limits) throws {
        try FolderFiles(root).forEach { entry in
            if entry.isLink { try check(entry.path, limits) }
            return true
        }
    }

    private func check(_ link: TreePath, _ limits: Limits) throws {
        guard limits.deadline > .now, !limits.cancellation.isCancelled else {
            throw GitError(arguments: ["checkout"], termination: .timedOut, message: "")
        }
        guard !shared.contains(link.bytes), let target = target(of: link.bytes) else { return }
        let stays = stays(link)
        guard stays, budget > 0 else {
            let target = String(decoding: target, as: UTF8.self)
            throw LinkError(link: link.description, target: target, isTooLong: stays)
        }
    }

    private func stays(_ link: TreePath) -> Bool {
        /// The names on the way from the root to the present place.
        var place: [[UInt8]] = []
        /// The names left to follow, the next one last.
        var rest = Array(Self.names(link.bytes).reversed())
        /// How many links were followed.
        var followed = 0
        while !rest.isEmpty {
            budget -= 1 + place.count
            guard budget > 0 else { return true }
            let name = rest.removeLast()
            if name == [UInt8(ascii: ".")] { continue }
            if name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                // What is shared is moved elsewhere, and has another folder above.
                guard !place.isEmpty, !isShared(place) else { return false }
                place.removeLast()
                continue
            }
            place.append(name)
            // Bellpull's own link.
            if !system.isEmpty, shared.contains(Array(place.joined(separator: [Self.slash]))) { continue }
            guard let target = target(of: Array(place.joined(separator: [Self.slash]))) else { continue }
            followed += 1
            // A loop leads nowhere.
            guard followed <= Self.limit else { return true }
            guard target.first != Self.slash else { return isOfSystem(target, rest) }
            place.removeLast()
            rest += Self.names(target).reversed()
        }
        return true
    }

    /// Whether an absolute target leads to the system's programs, and the rest of the way does not lead out again.
    private func isOfSystem(_ target: [UInt8], _ rest: [[UInt8]]) -> Bool {
        let up = [UInt8(ascii: "."), UInt8(ascii: ".")]
        return system.contains { target.starts(with: $0) } && !Self.names(target).contains(up) && !rest.contains(up)
    }

    private func isShared(_ place: [[UInt8]]) -> Bool {
        shared.contains { place.starts(with: Self.names($0)) }
    }

    private static let slash = UInt8(ascii: "/")

    private static func names(_ path: [UInt8]) -> [[UInt8]] { path.split(separator: slash).map { Array($0) } }

    /// Returns the target of the link at `path`; `nil` if there is no link.
    private func target(of path: [UInt8]) -> [UInt8]? {
        if let known = known[path] { return known }
        var status = stat()
        let absolute = TreePath(path).absolute(in: root)
        let isLink = lstat(absolute, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
        let target = isLink ? WorkTreeFile.content(absolute) : nil
        known[path] = .some(target)
        return target
    }
}
