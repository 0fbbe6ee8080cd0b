import Foundation
import Processes
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `a user` {
    @Test func `is found by name and by number`() throws {
        let root = try #require(UserIdentity(named: "root"))
        #expect(root == UserIdentity(0) && root.home == "/root")
        #expect(UserIdentity(named: "nobody-of-this-name") == nil)
    }

    @Test func `acts without a change in its own process`() throws {
        let own = try #require(UserIdentity(geteuid()))
        #expect(try own.act { geteuid() } == geteuid())
    }
}
