import Processes
import Foundation
import Git
import Testing

/// A repository `alice/blog.git`, its author's clone and the site's clone, in a temporary folder.
package struct Blog {
    /// The temporary folder, without symbolic links.
    package let folder: String

    /// The bare repository.
    package var remote: String { "\(folder)/alice/blog.git" }
    /// The author's clone.
    package var author: String { "\(folder)/author" }
    /// The site's clone, to be deployed.
    package var site: String { "\(folder)/site" }

    /// Creates a blog with one commit, cloned for the site.
    package init() throws {
        folder = try TemporaryFolder.make()
        do {
            try git("init", "--quiet", "--bare", remote, in: folder)
            try git("clone", "--quiet", remote, author, in: folder)
            try push(["index.html": "one\n"])
            let identity = ["-c", "user.name=Bellpull", "-c", "user.email=bellpull@localhost"]
            _ = try git(["clone", "--quiet"] + identity + [remote, site], in: folder)
        } catch {
            remove()
            throw error
        }
    }

    package func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Commits `files` in the author's clone and pushes.
    @discardableResult
    package func push(_ files: [String: String], _ options: String...) throws -> Commit {
        let commit = try commit(files, in: author)
        _ = try git(["push", "--quiet", "origin", "HEAD"] + options, in: author)
        return commit
    }

    /// Takes back the author's last commit, and pushes `files` as the replacement.
    @discardableResult
    package func replaceLastPush(with files: [String: String]) throws -> Commit {
        try git("reset", "--quiet", "--hard", "HEAD~", in: author)
        return try push(files, "--force")
    }

    /// Writes `files` in `clone` and commits the files.
    @discardableResult
    package func commit(_ files: [String: String], in clone: String) throws -> Commit {
        for (name, text) in files { try write(text, to: "\(clone)/\(name)") }
        try git("add", "--all", in: clone)
        try git("commit", "--quiet", "--message", "Write", in: clone)
        return try head(of: clone)
    }

    package func head(of clone: String) throws -> Commit {
        try #require(Commit(git("rev-parse", "HEAD", in: clone)))
    }

    /// Opens the site's clone, as Bellpull does.
    package func open() throws -> BranchClone {
        try BranchClone.open(at: site, .within(.seconds(20)))
    }

    /// The state that must not change without a deployment: HEAD, the changed files, and unfinished work.
    package func state() throws -> [String] {
        [
            try git("rev-parse", "--symbolic-full-name", "HEAD", in: site),
            try head(of: site).description,
            try git("--no-optional-locks", "status", "--porcelain", in: site),
            try git("ls-files", "--stage", in: site),
            "\(exists("site/.git/rebase-merge"))", "\(exists("site/.git/rebase-apply"))",
        ]
    }

    // MARK: Files, by their path within the folder or absolute

    package func text(_ path: String) throws -> String { try String(contentsOfFile: absolute(path), encoding: .utf8) }

    package func write(_ text: String, to path: String) throws {
        try text.write(toFile: absolute(path), atomically: false, encoding: .utf8)
    }

    package func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: absolute(path)) }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

    // MARK: Git

    /// Runs git like a person, with only the clone's settings, and returns the output.
    @discardableResult
    package func git(_ arguments: String..., in directory: String, environment: [String: String] = [:]) throws -> String
    {
        try git(arguments, in: directory, environment: environment)
    }

    @discardableResult
    package func git(
        _ arguments: [String], in directory: String, environment: [String: String] = [:]
    ) throws -> String {
        let command = Command(
            executable: URL(fileURLWithPath: "/usr/bin/env"), arguments: ["git"] + arguments, directory: directory,
            environment: Isolation.environment.merging(environment) { $1 })
        let completion = try command.run(until: .now + .seconds(20), cancellation: Cancellation())
        guard completion.isSuccess else { throw GitError(arguments: arguments, completion: completion) }
        return completion.output.trimmingCharacters(in: .newlines)
    }
}
