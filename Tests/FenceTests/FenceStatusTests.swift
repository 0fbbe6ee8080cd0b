import Foundation
import TestSupport
import Testing

@testable import Fence

@Suite(.onPlainThreads) struct `the status of the fence` {
    @Test func `tells Landlock's version`() {
        let status = FenceStatus.probe(socket: nil)
        #expect(status.landlock > 0 && status.canFence && !status.hasOtherUser)
    }

    @Test(.enabled(if: geteuid() == 0)) func `asks the launcher of the socket`() throws {
        let site = try FencedSite(.otherUser)
        let path = try #require(site.socket?.path)
        let status = try site.asBellpull { FenceStatus.probe(socket: path) }
        #expect(status == FenceStatus(landlock: Landlock.abi, hasOtherUser: true, socketProblem: nil))
        #expect(status.unstopped == ["use the network"])
        // Root is not the socket's owner.
        let asRoot = FenceStatus.probe(socket: path)
        #expect(!asRoot.canFence && asRoot.socketProblem?.message == "the step's launcher does not work for user 0")
    }

    @Test func `tells that nobody listens at the socket`() throws {
        let folder = try TemporaryFolder()
        let status = FenceStatus.probe(socket: folder("step.sock"))
        #expect(!status.canFence)
        #expect(status.socketProblem?.message == "\(folder("step.sock")): No such file or directory")
    }

    @Test(arguments: [(0, 0), (1, 6), (2, 6), (3, 5), (5, 5), (6, 4), (7, 4)])
    func `names fewer gaps with each version`(_ version: Int, _ count: Int) {
        let status = FenceStatus(landlock: version, hasOtherUser: false, socketProblem: nil)
        #expect(status.unstopped.count == count)
        #expect(status.canFence == (version > 0))
    }

    @Test(arguments: [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (7, 16)])
    func `knows the rights of each version`(_ version: Int, _ count: Int) {
        #expect(Landlock.Access.all(abi: version).rawValue.nonzeroBitCount == count)
    }
}
