import Fence
import Foundation
import Processes
import TestSupport
import Testing

@Suite(.onPlainThreads) struct `a step` {
    @Test(arguments: Layer.testable) func `builds the release, in its folder, with its variables alone`(_ layer: Layer)
        throws
    {
        let site = try FencedSite(layer)
        let ending = try site.run(
            "pwd; echo built > out; mkdir d; echo x >> $HOME/c; env -0 | tr '\\0' '\\n' | sed 's/=.*//' | sort | xargs")
        #expect(ending.completion.termination == .exited(0), "\(ending.output)")
        #expect(ending.output == "\(site.release)\nHOME PATH PWD T TMPDIR\n")
        #expect(site.text("site/releases/2/out") == "built\n")
        #expect(site.text("site/cache/c") == "x\n")
        #expect(ending.completion.leftBehind == 0)
    }

    @Test(arguments: Layer.testable, [0, 1, 128, 255] as [Int32])
    func `ends with its exit status`(_ layer: Layer, _ status: Int32) throws {
        #expect(try FencedSite(layer).run("exit \(status)").completion.termination == .exited(status))
    }

    @Test(arguments: Layer.testable) func `ends with the signal that ended it`(_ layer: Layer) throws {
        #expect(try FencedSite(layer).run("kill -9 $$").completion.termination == .killed(signal: SIGKILL))
    }

    @Test(arguments: Layer.testable) func `passes on both streams, in order`(_ layer: Layer) throws {
        let ending = try FencedSite(layer).run("echo one; echo two >&2; echo three; readlink /dev/stdin || true")
        #expect(ending.output.hasPrefix("one\ntwo\nthree\n"))
    }

    @Test(arguments: Layer.testable) func `has a temporary folder of its own, which is gone afterwards`(_ layer: Layer)
        throws
    {
        let ending = try FencedSite(layer).run(
            "echo $TMPDIR; mkdir -p $TMPDIR/a/b; echo x > $TMPDIR/a/b/c; chmod 0 $TMPDIR/a/b; ls -ld $TMPDIR | cut -c1-10"
        )
        let lines = ending.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 2, "\(ending.output)")
        #expect(lines[1] == "drwx------")
        #expect(!FileManager.default.fileExists(atPath: lines[0]))
    }

    @Test(arguments: Layer.testable) func `uses the system's programs`(_ layer: Layer) throws {
        let ending = try FencedSite(layer).run(
            "id -u && python3 -c 'import json, ssl' && git --version && cc --version | head -1 && bash -c 'cat <(echo sub)' && getent hosts localhost && date && cat /proc/meminfo | head -1"
        )
        #expect(ending.completion.termination == .exited(0), "\(ending.output)")
    }

    @Test(arguments: Layer.testable) func `ends at its time limit, though it ignores SIGTERM`(_ layer: Layer) throws {
        let ending = try FencedSite(layer).run("trap '' TERM; echo started; while :; do sleep 1; done", timeout: 0.5)
        #expect(ending.completion.termination == .timedOut)
        #expect(ending.output == "started\n")
        #expect(ending.completion.seconds > 2.4 && ending.completion.seconds < 5)
    }

    @Test(arguments: Layer.testable) func `may clean up at its time limit`(_ layer: Layer) throws {
        let ending = try FencedSite(layer).run("trap 'echo bye; exit 3' TERM; sleep 20 & wait", timeout: 0.5)
        #expect(ending.completion.termination == .timedOut)
        #expect(ending.output == "bye\n")
        #expect(ending.completion.seconds < 2)
    }

    @Test(arguments: Layer.testable) func `ends when it is cancelled`(_ layer: Layer) throws {
        let site = try FencedSite(layer)
        let cancellation = Cancellation()
        let canceller = Running(when: { site.text("site/shared/started") != nil }) { cancellation.cancel() }
        if layer == .otherUser { chmod(site.folder("site/shared"), 0o777) }
        let ending = try site.run(site.step("echo > ../../shared/started; sleep 60"), cancellation: cancellation)
        #expect(canceller.isSuccess())
        #expect(ending.completion.termination == .cancelled)
        #expect(ending.completion.seconds < 10)
    }
}
