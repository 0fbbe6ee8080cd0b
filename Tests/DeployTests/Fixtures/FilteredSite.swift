import Foundation
import Git
import Processes
import TestSupport

@testable import Deploy

/// A blog with a page in `site` and one in `docs`, and its site with a filter.
final class FilteredSite: Sendable {
    /// A strategy, and the refs that the site follows.
    enum Kind: CaseIterable, Sendable {
        case pull, mirror, pattern, tags

        /// Whether each push moves the same branch.
        var isOfOneBranch: Bool { self == .pull || self == .mirror }
        static var ofOneBranch: [Kind] { allCases.filter(\.isOfOneBranch) }
    }

    let blog: Blog
    let kind: Kind
    /// How many refs were pushed.
    private let count = Counter()

    var limits: Limits { .within(.seconds(20)) }

    /// The first commit is live.
    init(_ kind: Kind) throws {
        self.kind = kind
        blog = try Blog()
        _ = try push(["site/index.html": "one\n", "docs/index.html": "one\n"])
        _ = strategy().deploy(targets: [], limits)
    }

    deinit { blog.remove() }

    var live: Commit { get throws { try blog.head(of: blog.site) } }

    func strategy(paths: [String] = [], skip: String? = nil) -> any Strategy {
        let filter = DeploymentFilter(paths: paths, skip: skip)
        let pattern =
            switch kind {
            case .pull, .mirror: RefPattern(branch: "main")
            case .pattern: RefPattern(branch: "release/*")
            case .tags: RefPattern(tag: "v*")
            }
        guard kind != .pull, let pattern else { return PullStrategy(path: blog.site, filter: filter) }
        return MirrorStrategy(path: blog.site, pattern: pattern, filter: filter)
    }

    /// Writes `files`, or removes those without a text, and commits.
    func commit(_ files: [String: String?], _ message: String = "Write") throws -> Commit {
        for (name, text) in files {
            let file = URL(fileURLWithPath: "\(blog.author)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            if let text { try blog.write(text, to: file.path) } else { try FileManager.default.removeItem(at: file) }
        }
        try blog.git("add", "--all", in: blog.author)
        try blog.git("commit", "--quiet", "--allow-empty", "--message", message, in: blog.author)
        return try blog.head(of: blog.author)
    }

    /// Pushes the author's commit. Returns the target that the forge announces.
    func push(_ options: String...) throws -> DeploymentRecord.Target {
        let commit = try blog.head(of: blog.author)
        let ref =
            switch kind {
            case .pull, .mirror: "refs/heads/main"
            case .pattern: "refs/heads/release/\(count.add(1))"
            case .tags: "refs/tags/v\(count.add(1))"
            }
        try blog.git(["push", "--quiet"] + options + ["origin", "HEAD:\(ref)"], in: blog.author)
        return DeploymentRecord.Target(ref: ref, commit: commit)
    }

    /// Commits and pushes.
    func push(_ files: [String: String?], _ message: String = "Write") throws -> DeploymentRecord.Target {
        _ = try commit(files, message)
        return try push()
    }

    func text(_ path: String) throws -> String { try blog.text("site/\(path)") }
}
