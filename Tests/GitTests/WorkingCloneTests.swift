import Foundation
import Processes
import TestSupport
import Testing

@testable import Git

/// The promises of `WorkingClone`, kept by both kinds of clone.
@Suite(.onPlainThreads) struct `a working clone` {
    static let types: [any WorkingClone.Type] = [BranchClone.self, DetachedClone.self]

    private var limits: Limits { .within(.seconds(20)) }

    @Test(arguments: types) func `knows its folders and its head`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        #expect(clone.path == blog.site)
        #expect(clone.gitDirectory == "\(blog.site)/.git" && clone.commonDirectory == clone.gitDirectory)
        #expect(try type.folders(at: blog.site, limits) == clone.folders)
        let head = try blog.head(of: blog.site)
        #expect(clone.head == head && type.commit(at: blog.site) == head)
        let next = try blog.commit(["index.html": "two\n"], in: blog.site)
        #expect(clone.head == next && type.commit(at: blog.site) == next && next != head)
    }

    @Test(arguments: types) func `shares a common folder with a linked worktree`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let tree = "\(blog.folder)/tree"
        try blog.git("worktree", "add", "--quiet", "-b", "next", tree, "origin/main", in: blog.site)
        let clone = try type.open(at: tree, limits)
        #expect(clone.gitDirectory == "\(blog.site)/.git/worktrees/tree")
        #expect(clone.commonDirectory == "\(blog.site)/.git")
        #expect(clone.head == (try blog.head(of: tree)))
    }

    @Test(arguments: types) func `knows when it was moved away`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        #expect(clone.isInPlace)
        try FileManager.default.moveItem(atPath: blog.site, toPath: "\(blog.folder)/elsewhere")
        #expect(!clone.isInPlace)
    }

    @Test(arguments: types) func `is clean unless a tracked file differs`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        let text = try blog.text("site/index.html")
        #expect(try clone.isClean(limits))
        try blog.write("x\n", to: "site/untracked.html")
        #expect(try clone.isClean(limits))
        #expect(try Shell.run("touch -d '2001-01-01' \(blog.site)/index.html").isSuccess)
        #expect(try clone.isClean(limits))
        try blog.write("edited\n", to: "site/index.html")
        #expect(try !clone.isClean(limits))
        try blog.write(text, to: "site/index.html")
        #expect(try clone.isClean(limits))
    }

    @Test(arguments: types) func `is clean after a move if the changed files are as in HEAD`(
        _ type: any WorkingClone.Type
    ) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        let old = try #require(clone.head)
        func isClean(_ largeIndex: Int64 = 0) throws -> Bool {
            try clone.isClean(since: old, largeIndex: largeIndex, limits)
        }
        // The names would mean something to git if they were patterns.
        try blog.push([":(exclude)a.html": "x\n", "[b].html": "x\n", "-c": "x\n"])
        try blog.git("pull", "--quiet", in: blog.site)
        #expect(try isClean())
        for name in [":(exclude)a.html", "[b].html", "-c"] {
            try blog.write("edited\n", to: "site/\(name)")
            #expect(try !isClean(), "\(name)")
            try blog.write("x\n", to: "site/\(name)")
            #expect(try isClean(), "\(name)")
        }
        // Only a small index is worth a comparison of all files.
        try blog.write("edited\n", to: "site/index.html")
        #expect(try isClean())
        #expect(try !isClean(.max))
        #expect(try !clone.isClean(since: nil, largeIndex: 0, limits))
        #expect(try !clone.isClean(since: clone.head, largeIndex: 0, limits))
    }

    @Test(arguments: types) func `notices a changed file whose name is not UTF-8`(_ type: any WorkingClone.Type) throws
    {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        let old = clone.head
        let write = "cd \(blog.author) && printf 'x\\n' > \"$(printf 'a\\377')\" && git add . "
        #expect(try Shell.run(write).isSuccess)
        try blog.push(["b": "x\n"])
        try blog.git("pull", "--quiet", in: blog.site)
        #expect(try clone.isClean(since: old, largeIndex: 0, limits))
        #expect(try Shell.run("cd \(blog.site) && printf 'y\\n' > \"$(printf 'a\\377')\"").isSuccess)
        #expect(try !clone.isClean(since: old, largeIndex: 0, limits))
    }

    @Test(arguments: types) func `is clean when a submodule is behind`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        try blog.addSubmodule("theme")
        try blog.commit(["new.html": "x\n"], in: "\(blog.author)/theme")
        try blog.push([:])
        try blog.git("pull", "--quiet", "--no-recurse-submodules", in: blog.site)
        #expect(try blog.git("status", "--porcelain", in: blog.site) == " M theme")
        #expect(try type.open(at: blog.site, limits).isClean(limits))
    }

    @Test(arguments: types) func `can be written to by its owner`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        #expect(try type.open(at: blog.site, limits).unwritablePath == nil)
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere"), arguments: types)
    func `names a folder that may not be written to`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        #expect(try Shell.run("chmod 555 \(blog.site)/.git/refs/heads").isSuccess)
        #expect(clone.unwritablePath == "\(blog.site)/.git/refs/heads")
    }

    @Test(arguments: types) func `is prechecked without git`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let file = "\(blog.site)/index.html"
        #expect(type.precheck(at: blog.site) == nil)
        #expect(type.precheck(at: "/nonexistent") == .missing(path: "/nonexistent"))
        #expect(type.precheck(at: file) == .notAFolder(path: file))
        #expect(type.precheck(at: blog.folder) == .notAClone(path: blog.folder))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a clone away"), arguments: types)
    func `is prechecked for its owner`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        #expect(try Shell.run("chown nobody \(blog.site)").isSuccess)
        #expect(type.precheck(at: blog.site) == .foreignOwner(path: blog.site, owner: "nobody", user: "root"))
    }

    @Test func `reports a stopped rebase on a branch`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        #expect(clone.stoppedRebase == nil)
        _ = try blog.stateBeforeConflict(killed: false)
        #expect(clone.stoppedRebase?.message == "a rebase is going on in \(blog.site)")
    }
}
