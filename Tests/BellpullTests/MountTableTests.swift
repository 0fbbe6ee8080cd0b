import Foundation
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the mounts of a service` {
    /// The mounts of a service with ProtectSystem=strict, ProtectHome=yes and ReadWritePaths=/srv.
    private let table = MountTable(
        """
        410 400 254:1 / / ro,relatime shared:1 master:1 - ext4 /dev/vda1 rw,discard
        411 410 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:2 - proc proc rw
        412 410 0:24 /systemd/inaccessible/dir /home ro,nosuid,nodev,noexec shared:3 - tmpfs tmpfs rw,mode=755
        413 410 254:1 /srv /srv rw,relatime shared:1 - ext4 /dev/vda1 rw,discard
        414 413 254:2 / /srv/my\\040site ro,relatime - ext4 /dev/vdb1 rw
        415 410 254:1 /opt /opt ro,relatime - ext4 /dev/vda1 rw
        416 410 254:1 /opt /opt rw,relatime - ext4 /dev/vda1 rw

        """)

    @Test(arguments: [
        ("/srv/blog", MountTable.Access.writable), ("/srv", .writable), ("/srvother", .readOnly),
        ("/var/www", .readOnly),
        ("/home/alice/blog", .hidden), ("/srv/my site/x", .readOnly), ("/opt/blog", .writable),
    ])
    func `say what the service may do in a folder`(path: String, access: MountTable.Access) {
        #expect(table.access(to: path) == access)
    }

    @Test func `are readable for the own process`() throws {
        let text = try #require(MountTable.text(of: getpid()))
        #expect(text == (try Shell.run("cat /proc/\(getpid())/mountinfo")).output)
        #expect(MountTable(of: getpid())?.access(to: "/proc") != .hidden)
        #expect(MountTable(of: pid_t.max) == nil)
    }

    /// The kernel gives out the mounts of a sandbox in several pieces.
    @Test(.enabled(if: geteuid() == 0, "only root mounts"))
    func `are read to the end`() throws {
        let script =
            "for i in $(seq 80); do mount -t tmpfs -o ro none /mnt || exit; done; mount -t tmpfs none /srv; echo; read x"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = ["--mount", "sh", "-c", script]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        defer { process.terminate() }
        try #require(output.fileHandleForReading.availableData.count == 1, "mounting is not allowed here")

        let text = try #require(MountTable.text(of: process.processIdentifier))

        #expect(text.utf8.count > 4096)
        #expect(MountTable(text).access(to: "/mnt/x") == .readOnly)
        #expect(MountTable(text).access(to: "/srv/x") == .writable)
        #expect(text.hasSuffix("\n") && text.split(separator: "\n").last?.contains(" /srv ") == true)
    }
}
