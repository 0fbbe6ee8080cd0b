import Foundation
import TestSupport
import Testing
import Text

@testable import bellpull

@Suite struct `a folder on the way to a site` {
    @Test(.enabled(if: geteuid() == 0 && getpwnam("nobody") != nil, "needs root and the user nobody"))
    func `is found if the user who deploys may not enter it`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("home/site"), withIntermediateDirectories: true)
        let nobody = ServiceUser(name: "nobody")
        for path in [folder.path, folder("home"), folder("home/site")] { chmod(path, 0o755) }
        func closed() -> String? { ClosedFolder.first(onTheWayTo: folder("home/site"), for: nobody) }
        #expect(closed() == nil)
        chmod(folder("home"), 0o750)
        #expect(closed() == folder("home"))
        #expect(try Shell.run("/usr/sbin/runuser -u nobody -- ls '\(folder("home/site"))'").isSuccess == false)
        #expect(ClosedFolder.first(onTheWayTo: folder("home/site"), for: ServiceUser(name: "root")) == nil)
        // The remedy of `bellpull import`.
        #expect(try Shell.run("\(ShellCommand("chmod", "o+x", folder("home")))").isSuccess)
        #expect(closed() == nil)
        #expect(try Shell.run("/usr/sbin/runuser -u nobody -- ls '\(folder("home/site"))'").isSuccess)
    }
}
