import Fence
import Foundation
import Processes
import TestSupport
import Testing

/// The folders of a step that runs as another user. Only root can test them.
@Suite(.onPlainThreads, .enabled(if: geteuid() == 0)) struct `a release that was handed over` {
    @Test func `belongs to the step while it runs, and to Bellpull afterwards`() throws {
        let site = try FencedSite(.otherUser)
        let ending = try site.run(
            "mkdir -p d/e; echo x > d/e/f; ln -s /etc/shadow d/link; stat -c %u index.html d/e/f | xargs")
        #expect(ending.output == "\(Layer.step) \(Layer.step)\n")
        for name in ["", "/index.html", "/d", "/d/e", "/d/e/f", "/d/link"] {
            let owner = try #require(site.owner("site/releases/2\(name)"))
            #expect(owner.user == Layer.bellpull, "\(name)")
        }
        #expect(site.owner("site/cache")?.user == Layer.step)
        #expect(try Shell.run("stat -c %u /etc/shadow").output == "0\n")
    }

    @Test func `can be written by nobody else afterwards`() throws {
        let site = try FencedSite(.otherUser)
        let ending = try site.run(
            "mkdir d; echo x > f; chmod 6777 f; chmod 7777 d; mkdir closed; echo x > closed/f; chmod 0 closed/f closed; "
                + "setfacl -m u:\(Layer.step):rwx f 2>/dev/null; mkfifo p; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'"
        )
        #expect(ending.completion.isSuccess, "\(ending.output)")
        #expect(site.owner("site/releases/2/f")?.mode == 0o755)
        #expect(site.owner("site/releases/2/d")?.mode == 0o755)
        #expect(site.owner("site/releases/2/closed")?.mode == 0o700)
        #expect(site.owner("site/releases/2/p") == nil && site.owner("site/releases/2/s") == nil)
        let removed = try site.asBellpull { try Shell.run("rm -r \(site.release)").isSuccess }
        #expect(removed)
    }

    @Test func `cannot be changed later through a second name in the cache`() throws {
        let site = try FencedSite(.otherUser)
        // The cache and the release are shown by separate mounts, so this link(2) fails, too.
        let first = try site.run("echo x > app; chmod 666 app; ln app $HOME/app && echo LINKED; true")
        #expect(first.completion.isSuccess)
        _ = try Shell.run("ln -f \(site.release)/app \(site.cache)/app")
        let second = try site.run("cd $HOME; echo evil > app; chmod 666 app; cat app")
        #expect(second.output.contains("x\n") || second.output.contains("denied"), "\(second.output)")
        #expect(site.text("site/releases/2/app") == "x\n")
    }

    @Test func `does not hand over a file that has a second name in a live release`() throws {
        let site = try FencedSite(.otherUser)
        _ = try Shell.run("ln \(site.live)/index.html \(site.release)/same.html")
        let ending = try site.run("echo evil > same.html; chmod 777 same.html; true")
        #expect(ending.output.contains("denied") || ending.output.contains("not permitted"))
        #expect(site.text("site/releases/1/index.html") == "live")
        #expect(site.owner("site/releases/1/index.html")?.user == Layer.bellpull)
    }

    @Test func `leaves files of others alone`() throws {
        let site = try FencedSite(.otherUser)
        try "root's".write(toFile: site.folder("site/releases/2/foreign"), atomically: false, encoding: .utf8)
        mkdir(site.folder("site/releases/2/roots"), 0o700)
        #expect(try site.run("true").completion.isSuccess)
        #expect(site.owner("site/releases/2/foreign")?.user == 0)
        #expect(site.owner("site/releases/2/roots")?.user == 0)
    }

    @Test func `is taken back from any depth`() throws {
        let site = try FencedSite(.otherUser)
        let ending = try site.run(
            "python3 -c 'import os\nfor i in range(3000): os.mkdir(\"d\"); os.chdir(\"d\")\nopen(\"f\", \"w\")'")
        #expect(ending.completion.isSuccess, "\(ending.output)")
        let strangers = try Shell.run("find \(site.release) ! -uid \(Layer.bellpull) | head -c 200").output
        #expect(strangers.isEmpty)
    }

    @Test func `is reclaimed after the launcher was killed`() throws {
        let site = try FencedSite(.otherUser)
        chmod(site.folder("site/shared"), 0o777)
        let killer = Running(when: { site.text("site/shared/started") != nil }) {
            if let launcher = site.socket?.launcher { kill(launcher, SIGKILL) }
        }
        #expect(throws: FenceError.lostLauncher) {
            try site.run("echo x > f; setsid sleep 3456 & echo > ../../shared/started; sleep 3456")
        }
        #expect(killer.isSuccess())
        #expect(site.owner("site/releases/2/f")?.user == Layer.bellpull)
        #expect(Observation.eventually { (try? site.processes(in: site.release).isEmpty) == true })
    }

    @Test func `is taken back when Bellpull is gone`() throws {
        let site = try FencedSite(.otherUser)
        chmod(site.folder("site/shared"), 0o777)
        let cancellation = Cancellation()
        let canceller = Running(when: { site.text("site/shared/started") != nil }) { cancellation.cancel() }
        let ending = try site.run(
            site.step("echo x > f; echo > ../../shared/started; sleep 3456"), cancellation: cancellation)
        #expect(canceller.isSuccess())
        #expect(ending.completion.termination == .cancelled)
        #expect(site.owner("site/releases/2/f")?.user == Layer.bellpull)
    }

    @Test func `is handed over to nobody but the socket's owner`() throws {
        let site = try FencedSite(.otherUser)
        let path = try #require(site.socket?.path)
        chown(path, 0, 0)
        chmod(path, 0o666)
        #expect(throws: FenceError.foreignCaller(user: Layer.bellpull)) { try site.run("true") }
        // Root may connect to any socket.
        let runner = FenceRunner(socket: path)
        #expect(throws: FenceError.foreignCaller(user: 0)) { try runner.reclaim(site.release) }
    }
}
