import Foundation
import Processes
import TestSupport
import Testing

@testable import Git

@Suite struct `the settings of a repository` {
    private let blog: Blog
    private let limits = Limits.within(.seconds(20))

    init() throws {
        Isolation.begin()
        blog = try Blog()
    }

    /// Git for a user with `config`.
    private func git(_ config: String) throws -> Git {
        try blog.write(config, to: ".gitconfig")
        return try Git(in: blog.site, inheriting: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": blog.folder])
    }

    /// Whoever can commit names the filter.
    @Test func `turn off the filters of the user, and no others`() throws {
        defer { blog.remove() }
        let payload = "\(blog.folder)/payload"
        let filter = "[filter \"x\"]\n\tsmudge = touch \(payload); cat\n\tclean = touch \(payload); cat\n\trequired\n"
        let plain = try git(filter)
        try blog.push([".gitattributes": "*.txt filter=x\n*.html export-subst\n", "a.txt": "a\n"])
        let off = try RepositorySettings(plain, limits)
        _ = try plain.adding(off.withoutFilters).output(of: ["pull", "--quiet"], limits)
        #expect(try blog.text("site/a.txt") == "a\n" && !blog.exists("payload"))

        try blog.git("config", "filter.x.smudge", "tr a b", in: blog.site)
        try blog.git("config", "filter.x.clean", "tr b a", in: blog.site)
        try blog.push(["a.txt": "aa\n"])
        let own = try RepositorySettings(plain, limits)
        _ = try plain.adding(own.withoutFilters).output(of: ["pull", "--quiet"], limits)
        #expect(try blog.text("site/a.txt") == "bb\n" && !blog.exists("payload"))
    }

    @Test func `have the last command for ssh`() throws {
        defer { blog.remove() }
        let plain = try git("[core]\n\tsshCommand = ssh -4\n")
        #expect(try RepositorySettings(plain, limits).sshCommand == "ssh -4")
        try blog.git("config", "core.sshCommand", "ssh -i key", in: blog.site)
        #expect(try RepositorySettings(plain, limits).sshCommand == "ssh -i key")
    }
}
