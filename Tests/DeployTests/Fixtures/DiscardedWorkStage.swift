import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// A mirror with `local_edits = "save"`, at its first commit.
class DiscardedWorkStage {
    let blog: Blog
    let mirror: MirrorStrategy
    var limits: Limits { .within(.seconds(20)) }

    init() throws {
        blog = try Blog()
        mirror = MirrorStrategy(
            path: blog.site, pattern: try #require(RefPattern(branch: "main")), keepsDiscarded: .seconds(86_400))
        let names = ["index.html", "staged.html", "both.html", "deleted.html", "mode.sh", "untracked-again.html"]
        try blog.push(Dictionary(uniqueKeysWithValues: names.map { ($0, "one\n") }))
        guard mirror.deploy([], limits).commit != nil else { throw Trouble("not deployed") }
    }

    deinit { blog.remove() }

    var refs: [String] {
        get throws {
            try blog.git("for-each-ref", "--format=%(refname)", "refs/bellpull", in: blog.site)
                .split(separator: "\n").map(String.init)
        }
    }

    /// Edits tracked files in every way, and puts untracked and ignored files beside them.
    func edit() throws {
        try blog.write("mine\n", to: "site/index.html")
        try blog.write("mine, staged\n", to: "site/staged.html")
        try blog.write("staged version\n", to: "site/both.html")
        try blog.write("new and staged\n", to: "site/new.html")
        try blog.git("add", "staged.html", "both.html", "new.html", in: blog.site)
        try blog.write("edited version\n", to: "site/both.html")
        try FileManager.default.removeItem(atPath: "\(blog.site)/deleted.html")
        chmod("\(blog.site)/mode.sh", 0o755)
        try blog.git("rm", "--quiet", "--cached", "untracked-again.html", in: blog.site)
        try blog.write("untracked\n", to: "site/untracked.txt")
        try blog.write("ignored.txt\n", to: "site/.git/info/exclude")
        try blog.write("ignored\n", to: "site/ignored.txt")
    }

    /// The state, and the contents of all files outside `.git`.
    func everything() throws -> [String] {
        let list = "find . -name .git -prune -o -printf '%p %y %m\\n' -type f -exec md5sum {} + | sort"
        let files = try Shell.command(list, in: blog.site).run(until: .now + .seconds(20), cancellation: Cancellation())
        return try blog.state() + [
            files.output, blog.git("diff", in: blog.site), blog.git("stash", "list", in: blog.site),
        ]
    }

    func show(_ object: String) throws -> String { try blog.git("show", object, in: blog.site) }

    /// The command after `words` in `note`.
    func command(_ words: String, in note: String?) throws -> String {
        let rest = try #require(note?.components(separatedBy: words).dropFirst().first)
        return try #require(rest.components(separatedBy: "; ").first)
    }

    func paste(_ command: String) throws {
        let shell = Shell.command(command, [], in: "/", Isolation.environment)
        let completion = try shell.run(until: .now + .seconds(20), cancellation: Cancellation())
        #expect(completion.isSuccess, "\(command)\n\(completion.errors)")
    }
}
