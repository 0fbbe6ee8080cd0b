import Fence
import Foundation
import Processes
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `a step that cannot be started` {
    @Test(arguments: Layer.testable) func `tells which folder is missing`(_ layer: Layer) throws {
        let site = try FencedSite(layer)
        for change in [\FencedCommand.writable, \.readable] {
            var step = site.step("true")
            step[keyPath: change].append("/nonexistent/folder")
            let error = #expect(throws: FenceError.self) { try site.run(step) }
            #expect(error?.explanation.message == "/nonexistent/folder: No such file or directory")
        }
        var step = site.step("true")
        step.directory = "/nonexistent"
        #expect(throws: FenceError.unusable(path: "/nonexistent", reason: "No such file or directory")) {
            try site.run(step)
        }
        #expect(site.owner("site/releases/2")?.user == (layer == .otherUser ? Layer.bellpull : geteuid()))
    }

    @Test(.enabled(if: geteuid() == 0)) func `tells which folder the step's user may not enter`() throws {
        let site = try FencedSite(.otherUser)
        let folder = site.folder("site")
        chmod(folder, 0o750)
        let error = #expect(throws: FenceError.self) { try site.run(site.step("true")) }
        #expect(error == .closed(folder: folder, user: "user \(Layer.step)"))
        let socket = try #require(site.socket?.path)
        let other = site.folder("other")
        let folders = [site.release, other, "/nonexistent"]
        let status = try site.asBellpull { FenceStatus.probe(socket: socket, folders: folders) }
        #expect(status.closed == [site.release: try #require(error?.explanation)])
        let remedy = try #require(error?.explanation.hint)
        #expect(try Shell.run(remedy).isSuccess)
        #expect(try site.run("true").completion.isSuccess)
    }

    @Test func `tells that the socket refuses`() throws {
        let site = try FencedSite(.landlock)
        let runner = FenceRunner(socket: site.folder("step.sock"))
        let error = #expect(throws: FenceError.self) { try site.run(site.step("true"), by: runner) }
        #expect(error?.explanation.message == "\(site.folder("step.sock")): No such file or directory")
        #expect(error?.explanation.hint == "systemctl restart bellpull-step.socket")
    }

    @Test func `tells that there is no launcher`() throws {
        let site = try FencedSite(.landlock)
        let runner = FenceRunner(launcher: ["/nonexistent/bellpull", "run-step"], socket: nil)
        let error = #expect(throws: FenceError.self) { try site.run(site.step("true"), by: runner) }
        #expect(error == .noLauncher(path: "/nonexistent/bellpull", reason: "No such file or directory"))
    }

    @Test func `tells that the launcher was lost, and leaves nothing running`() throws {
        let site = try FencedSite(.landlock)
        let command = site.step("echo $PPID > ../../shared/launcher; sleep 3456 & setsid sleep 3456 & wait")
        let killer = Running {
            kill(try Observation.process(in: site.folder("site/shared/launcher")), SIGKILL)
        }
        #expect(throws: FenceError.lostLauncher) { try site.run(command) }
        #expect(killer.isSuccess())
        #expect(try site.processes(in: site.release).isEmpty)
    }

    @Test func `is not started after a cancellation`() throws {
        let site = try FencedSite(.landlock)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(try site.run(site.step("echo x > f"), cancellation: cancellation).completion.termination == .cancelled)
        #expect(site.text("site/releases/2/f") == nil)
    }

    @Test(.enabled(if: geteuid() == 0)) func `is not unfenced as another user`() throws {
        let site = try FencedSite(.otherUser)
        var step = site.step("cat \(site.folder("state/ledger"))")
        step.isUnfenced = true
        let ending = try site.run(step)
        #expect(ending.output == "ledger")
        #expect(site.owner("site/releases/2")?.user == Layer.bellpull)
    }
}
