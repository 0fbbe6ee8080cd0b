import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// A blog with a theme as a submodule, and a site of the blog.
final class SubmoduleStage: Sendable {
    enum Kind: CaseIterable, CustomTestStringConvertible {
        case pull, mirror, release

        var testDescription: String { "\(self)" }
    }

    let blog: Blog
    let kind: Kind
    let limits = Limits.within(.seconds(60))

    /// The theme's bare repository, beside the blog's.
    var theme: String { "\(blog.folder)/alice/theme.git" }
    /// A clone of the theme's author.
    var designer: String { "\(blog.folder)/designer" }
    /// The folder that visitors see.
    var live: String { kind == .release ? "\(blog.folder)/www/current" : blog.site }

    init(_ kind: Kind = .release) throws {
        blog = try Blog()
        self.kind = kind
        try makeRepository("alice/theme.git", designer, ["style.css": "one\n", "layout.html": "a\n"])
    }

    deinit { blog.remove() }

    /// Creates a repository with `files`, and the clone of its author.
    func makeRepository(_ name: String, _ clone: String, _ files: [String: String]) throws {
        try blog.git("init", "--quiet", "--bare", "\(blog.folder)/\(name)", in: blog.folder)
        try blog.git("clone", "--quiet", "\(blog.folder)/\(name)", clone, in: blog.folder)
        try blog.commit(files, in: clone)
        try blog.git("push", "--quiet", "origin", "HEAD", in: clone)
    }

    /// Commits `files` to the theme and pushes.
    @discardableResult
    func pushTheme(_ files: [String: String]) throws -> Commit {
        let commit = try blog.commit(files, in: designer)
        try blog.git("push", "--quiet", "origin", "HEAD", in: designer)
        return commit
    }

    var themeCommit: Commit {
        get throws { try blog.head(of: designer) }
    }

    /// Puts the submodule `path` at `commit` in the author's clone `clone`, with the URL `url` in `.gitmodules`, and pushes.
    @discardableResult
    func setSubmodule(
        _ path: String = "theme", at commit: Commit? = nil, _ url: String = "../theme.git", in clone: String? = nil
    ) throws -> Commit {
        let clone = clone ?? blog.author
        let name = path.replacing("/", with: "-")
        try FileManager.default.createDirectory(atPath: "\(clone)/\(path)", withIntermediateDirectories: true)
        try blog.git("config", "-f", ".gitmodules", "submodule.\(name).path", path, in: clone)
        try blog.git("config", "-f", ".gitmodules", "submodule.\(name).url", url, in: clone)
        let commit = try commit ?? themeCommit
        try blog.git("update-index", "--add", "--cacheinfo", "160000,\(commit),\(path)", in: clone)
        return try push(in: clone)
    }

    /// Commits everything in `clone` and pushes.
    @discardableResult
    func push(in clone: String? = nil) throws -> Commit {
        let clone = clone ?? blog.author
        let commit = try blog.commit(["pushes": "\(UUID())\n"], in: clone)
        try blog.git("push", "--quiet", "origin", "HEAD", in: clone)
        return commit
    }

    func strategy(_ submodules: [String]? = [], lfs: Bool? = nil, remote: String? = nil, keep: Int = 5) throws
        -> any Strategy
    {
        let contents = ContentOptions(submodules: submodules, lfs: lfs)
        let main = try #require(RefPattern(branch: "main"))
        return switch kind {
        case .pull: PullStrategy(path: blog.site, contents: contents)
        case .mirror: MirrorStrategy(path: blog.site, pattern: main, contents: contents)
        case .release:
            ReleaseStrategy(
                path: "\(blog.folder)/www", pattern: main,
                options: ReleaseOptions(remote: remote ?? blog.remote, shared: [], keep: keep), contents: contents)
        }
    }

    /// Deploys and tidies with a strategy of its own, as another process would, and returns the note.
    @discardableResult
    func deploy(_ submodules: [String]? = [], lfs: Bool? = nil) throws -> (result: DeploymentResult, note: String?) {
        try deploy(strategy(submodules, lfs: lfs))
    }

    @discardableResult
    func deploy(_ strategy: any Strategy) throws -> (result: DeploymentResult, note: String?) {
        let locked = try strategy.lock(limits)
        defer { locked.release() }
        let outcome = locked.deploy(.follow, announced: [], limits, Transcript())
        locked.tidy(limits)
        return outcome
    }

    /// The text of the live file at `path`.
    func text(_ path: String) -> String? { try? blog.text("\(live)/\(path)") }

    /// The names in the live folder at `path`, but for the file `.git` of a submodule.
    func names(_ path: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(live)/\(path)")) ?? []
        return all.filter { $0 != ".git" }.sorted()
    }

    @discardableResult
    func shell(_ script: String) throws -> String {
        let completion = try Shell.command(script, in: blog.folder).run(
            until: .now + .seconds(20), cancellation: Cancellation())
        guard completion.isSuccess else { throw Trouble(completion.errors) }
        return completion.output
    }
}
