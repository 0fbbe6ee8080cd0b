import Processes
import TestSupport
import Foundation
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `tidying a clone` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test func `removes temporary files after an hour`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        let objects = "\(blog.site)/.git/objects"
        let old = ["pack/tmp_pack_a", "pack/tmp_idx_a"].map { "\(objects)/\($0)" }
        let new = "\(objects)/pack/tmp_pack_new"
        for file in old + [new] { try blog.write("x", to: file) }
        for file in old { #expect(try Shell.run("touch -d '2 hours ago' \(file)").isSuccess) }
        try clone.tidy(limits)
        #expect(old.allSatisfy { !blog.exists($0) } && blog.exists(new))
        clone.removeTemporaryObjects(since: .now(minus: 60))
        #expect(!blog.exists(new))
        #expect(try blog.git("fsck", in: blog.site).isEmpty)
    }

    @Test func `packs the objects when there are many packs`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        func packs() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "\(blog.site)/.git/objects/pack")
                .count { $0.hasSuffix(".pack") }
        }
        for number in 0..<51 {
            try blog.push(["index.html": "\(number)\n"])
            try clone.pull(.fastForward, limits)
        }
        #expect(try packs() == 51)
        try clone.tidy(limits)
        #expect(try packs() < 10)
        #expect(try blog.git("fsck", in: blog.site).isEmpty)
        #expect(try blog.git("rev-list", "--count", "HEAD", in: blog.site) == "52")
    }

    @Test func `tells of submodules and of git-lfs`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        #expect(try clone.incompleteness(limits) == nil)
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 9\n"
        try blog.push([
            ".gitattributes": "*.jpg filter=lfs\n", "a.jpg": pointer, "b.jpg": "content\n", "c.txt": pointer,
        ])
        try blog.git("pull", "--quiet", in: blog.site)
        #expect(
            try clone.incompleteness(limits)?.description
                == "has git-lfs files, which are not fetched without lfs = true (a.jpg)")
        try blog.push([".gitmodules": "\n"])
        try blog.git("pull", "--quiet", in: blog.site)
        #expect(try clone.incompleteness(limits) == Incompleteness(hasSubmodules: true, pointers: ["a.jpg"]))
    }
}
