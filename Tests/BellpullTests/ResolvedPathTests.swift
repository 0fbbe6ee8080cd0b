import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `a resolved path` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        mkdir(folder("real"), 0o755)
        symlink("real", folder("link"))
    }

    private func resolved(_ name: String) -> ResolvedPath { ResolvedPath(folder(name)) }

    @Test func `follows links above a missing folder`() {
        #expect(resolved("link/new/deep") == resolved("real/new/deep"))
        #expect(resolved("real").contains(resolved("link/new")))
        #expect(!resolved("link/new").contains(resolved("real")))
        #expect(!resolved("link").contains(resolved("real")))
        #expect(!resolved("rea").contains(resolved("real")))
    }

    @Test func `takes the rest by its text`() {
        #expect(resolved("link/missing/../new/./x/") == resolved("real/new/x"))
        #expect(ResolvedPath("/").names.isEmpty)
        #expect(ResolvedPath("/").contains(ResolvedPath("/nowhere")))
    }

    @Test func `compares bytes, and not characters`() {
        #expect("caf\u{e9}" == "cafe\u{301}")
        #expect(resolved("caf\u{e9}") != resolved("cafe\u{301}"))
        #expect(!resolved("caf\u{e9}").contains(resolved("cafe\u{301}/blog")))
        // The slash and the mark are one character.
        #expect(resolved("real").contains(resolved("real/\u{301}blog")))
    }
}

@Suite struct `a folder of the system` {
    @Test(arguments: [
        "/", "/etc", "/etc/blog", "/usr", "/usr/bin", "/usr/lib/blog", "/bin", "/boot", "/proc/1", "/sys", "/dev/shm",
        "/var",
        "/var/lib", "/home", "/srv", "/usr/local", "/usr/local/bin", "/home/alice", "/root/blog", "/opt/../etc",
    ])
    func `is no place for a site`(_ path: String) { #expect(SystemFolder.reason(against: ResolvedPath(path)) != nil) }

    @Test(arguments: [
        "/srv/blog", "/home/alice/blog", "/var/www", "/var/www/html", "/opt/blog", "/usr/local/blog", "/data",
    ])
    func `is not every folder`(_ path: String) { #expect(SystemFolder.reason(against: ResolvedPath(path)) == nil) }
}
