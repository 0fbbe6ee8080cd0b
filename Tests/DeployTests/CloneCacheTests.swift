import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the cache of a clone` {
    @Test func `forgets the clone after an error of git, and keeps the clone after other errors`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let cache = CloneCache<BranchClone>(path: blog.site)
        cache.keep(try blog.open(), source: nil)
        #expect(throws: Failure.self) { try cache.attempt { throw CocoaError(.featureUnsupported) } }
        #expect(cache.kept != nil)
        #expect(throws: Failure.self) { try cache.attempt { try blog.git("no-such-command", in: blog.site) } }
        #expect(cache.kept == nil)
    }
}
