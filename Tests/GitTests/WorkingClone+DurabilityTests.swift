import Foundation
import Processes
import TestSupport
import Testing

@testable import Git

@Suite(.onPlainThreads) struct `a synchronized clone` {
    private var limits: Limits { .within(.seconds(20)) }

    @Test(arguments: `a working clone`.types) func `has its files on the disk`(_ type: any WorkingClone.Type) throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try type.open(at: blog.site, limits)
        try blog.write(String(repeating: "x", count: 100_000), to: "site/page.html")
        guard try Disk.lacks("\(blog.site)/page.html") else { return }
        try clone.synchronize()
        #expect(try !Disk.lacks("\(blog.site)/page.html"))
    }

    @Test func `must exist`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let clone = try blog.open()
        try FileManager.default.removeItem(atPath: blog.site)
        let error = #expect(throws: GitError.self) { try clone.synchronize() }
        let message = "the files in \(blog.site) may not be on the disk: No such file or directory"
        #expect(error?.message == message)
    }
}
