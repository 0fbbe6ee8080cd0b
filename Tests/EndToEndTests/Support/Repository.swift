import Foundation
import TestSupport

/// A git repository with a work tree, for tests to change.
struct Repository: Sendable {
    let path: String

    /// Returns an environment without this machine's settings, for programs that a test starts.
    static func environment(home: String) -> [String: String] {
        [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home, "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
        ]
    }

    /// Runs `git arguments…` in the repository, and returns the output.
    @discardableResult
    func git(_ arguments: String...) throws -> String {
        var environment = Self.environment(home: "/nonexistent")
        for role in ["AUTHOR", "COMMITTER"] {
            environment["GIT_\(role)_NAME"] = "Alice"
            environment["GIT_\(role)_EMAIL"] = "alice@example.org"
        }
        let result = try Program.run(["git", "-C", path] + arguments, environment: environment)
        guard result.ending == .exited(0) else { throw Trouble("git \(arguments): \(result.errors)") }
        return result.output.trimmingCharacters(in: .newlines)
    }

    /// Writes `text` into the file `name`.
    func write(_ text: String, to name: String) throws {
        try EndToEndTests.write(text, to: "\(path)/\(name)")
    }

    /// Commits all changes of the work tree.
    func commit() throws {
        try git("add", "--all")
        try git("commit", "--quiet", "--message", "Work")
    }

    /// The commit of HEAD.
    var head: String {
        get throws { try git("rev-parse", "HEAD") }
    }

    /// The branch, the commit, the changes, and the content of every file. Two equal states mean that nothing was
    /// deployed between. Fetched commits are not part of the state.
    var state: String {
        get throws {
            let status = try git("status", "--branch", "--porcelain=v2", "--untracked-files=all")
                .split(separator: "\n").filter { !$0.hasPrefix("# branch.ab") }.map(String.init)
            let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            let files = names.filter { !$0.hasPrefix(".git/") }.sorted().map { name in
                "\(name): \((try? text(of: "\(path)/\(name)")) ?? "")"
            }
            return (status + files).joined(separator: "\n")
        }
    }
}
