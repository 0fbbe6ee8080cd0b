import Fence
import Foundation
import Processes
import TestSupport
import Testing

/// What a hostile step tries, with both ways to start a step. `$T` is the folder of `FencedSite`.
@Suite(.onPlainThreads) struct `a hostile step` {
    @Test(
        arguments: Layer.testable,
        [
            "cat $T/secrets/secret", "cat $T/state/ledger", "cat $T/state/id_ed25519", "cat $T/other/index.html",
            "ls $T/state", "ls $T/other", "ls $T/site/releases", "cat $T/site/current/index.html",
            "cat /proc/$OUTSIDE/environ", "cat /proc/$OUTSIDE/cmdline", "ls /proc/$OUTSIDE/fd", "cat /etc/shadow",
            "ls /etc/ssl/private", "ls /etc/ssh", "ls /root", "ls /home", "ls /var/lib", "ls /tmp", "ls /dev/shm/..",
            "cat /proc/$PPID/environ",
        ])
    func `cannot read`(_ layer: Layer, _ command: String) throws {
        let site = try FencedSite(layer)
        let ending = try site.run("OUTSIDE=\(getpid()); { \(command); } && echo GOT IT")
        #expect(!ending.output.contains("GOT IT"), "\(ending.output)")
        #expect(ending.output.contains("denied") || ending.output.contains("No such"), "\(ending.output)")
    }

    @Test(
        arguments: Layer.testable,
        [
            "echo x > $T/other/index.html", "echo x >> $T/state/ledger", "echo x > $T/state/new", "mkdir $T/other/d",
            "echo x > $T/site/current/index.html", "echo x > ../1/index.html", "rm ../1/index.html",
            "mv ../1/index.html stolen", "mv index.html ../1/planted", "ln ../1/index.html linked",
            "ln index.html ../1/linked", "ln -sfn releases/2 ../../current", "rm ../../current",
            "mv ../../current ../../gone", "mv $PWD $T/site/releases/3", "rmdir $PWD/../2",
            "python3 -c 'import os; os.truncate(\"../1/index.html\", 0)'", "mkfifo $T/state/pipe",
            ": > /tmp/bellpull-step",
            "mknod device b 8 0",
            ": > /usr/local/bellpull-step", ": > /etc/bellpull-step", ": > /var/tmp/bellpull-step",
            "echo 0 > /proc/sys/vm/panic_on_oom",
        ])
    func `cannot change`(_ layer: Layer, _ command: String) throws {
        let site = try FencedSite(layer)
        let before = try site.protectedState()
        let ending = try site.run("{ \(command); } && echo GOT IT")
        #expect(!ending.output.contains("GOT IT"), "\(ending.output)")
        #expect(try site.protectedState() == before)
    }

    @Test(arguments: ["chmod 777 ../1/index.html", "touch -d 2001-01-01 ../1/index.html"])
    func `can change modes and times if Landlock stands alone`(_ command: String) throws {
        // A documented limit: no version of Landlock forbids chmod(2) and utimes(2).
        let before = try FencedSite(.landlock)
        #expect(try before.run("\(command) && echo GOT IT").output.contains("GOT IT"))
        guard Layer.testable.contains(.otherUser) else { return }
        #expect(try !FencedSite(.otherUser).run("\(command) && echo GOT IT").output.contains("GOT IT"))
    }

    @Test(arguments: Layer.testable) func `cannot signal a process outside`(_ layer: Layer) throws {
        guard layer == .otherUser || FenceStatus.probe(socket: nil).landlock >= 6 else { return }
        let site = try FencedSite(layer)
        let victim = try Launching.spawn(["/bin/sleep", "60"], input: STDIN_FILENO)
        defer {
            kill(victim, SIGKILL)
            waitpid(victim, nil, 0)
        }
        let ending = try site.run("kill -9 \(victim); kill -9 $PPID; kill -0 \(getpid()); echo $?")
        #expect(Observation.isRunning(victim))
        #expect(ending.output.hasSuffix("1\n"), "\(ending.output)")
        #expect(ending.completion.termination == .exited(0))
    }

    @Test(
        arguments: Layer.testable,
        [
            "sleep 3456 &", "setsid sleep 3456 &", "setsid sh -c 'sleep 3456 & sleep 3456 & exit' &",
            "(setsid sh -c '(setsid sleep 3456 &) &' &)", "trap '' TERM HUP; nohup setsid sleep 3456 &",
            "env -i setsid sleep 3456 &",
        ])
    func `cannot stay behind`(_ layer: Layer, _ command: String) throws {
        let site = try FencedSite(layer)
        let ending = try site.run("\(command)\nsleep 0.3; echo done; cat /proc/$$/stat | cut -d' ' -f1")
        #expect(ending.completion.termination == .exited(0), "\(ending.output)")
        #expect(ending.completion.leftBehind > 0)
        #expect(try site.processes(in: site.release).isEmpty)
    }

    @Test(arguments: Layer.testable) func `cannot outlive its time limit by forking all the time`(_ layer: Layer) throws
    {
        let site = try FencedSite(layer)
        let start = ContinuousClock.now
        // Forty processes, each of which has only a moment before it is the next one. More would slow the machine down.
        let ending = try site.run("f() { f & exit; }; for n in $(seq 40); do f & done; sleep 60", timeout: 0.3)
        #expect(ending.completion.termination == .timedOut || ending.completion.termination == .exited(2))
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(try site.processes(in: site.release).isEmpty)
    }

    @Test(arguments: Layer.testable) func `may delete all of its release, but no more`(_ layer: Layer) throws {
        let site = try FencedSite(layer)
        let ending = try site.run("rm -rf $PWD $PWD/.* 2>/dev/null; ls -A; rm -rf $T 2>/dev/null; true")
        #expect(ending.completion.termination == .exited(0))
        #expect(site.text("site/releases/1/index.html") == "live")
        #expect(site.text("state/ledger") == "ledger")
        #expect(site.owner("site/releases/2") != nil)
    }

    @Test(arguments: Layer.testable) func `costs no memory for its output`(_ layer: Layer) throws {
        let site = try FencedSite(layer)
        _ = try site.run("true")
        let runner = try site.runner
        let command = site.step("head -c 256M /dev/zero", timeout: 60)
        let (total, longest) = try site.asBellpull {
            var (total, longest) = (0, 0)
            let completion = try runner.run(command, .within(.seconds(60))) { bytes in
                total += bytes.count
                longest = max(longest, bytes.count)
            }
            #expect(completion.termination == .exited(0))
            return (total, longest)
        }
        #expect(total == 256 << 20)
        #expect(longest <= 64 << 10)
    }

    @Test(arguments: Layer.testable) func `gains nothing by setuid programs`(_ layer: Layer) throws {
        let site = try FencedSite(layer)
        let ending = try site.run(
            "grep -E 'NoNewPrivs|CapEff|CapPrm|CapAmb' /proc/self/status || cat /proc/self/status")
        guard layer == .otherUser else { return }
        #expect(ending.output.contains("NoNewPrivs:\t1"), "\(ending.output)")
        for name in ["CapPrm", "CapEff", "CapAmb"] { #expect(ending.output.contains("\(name):\t0000000000000000")) }
    }
}

extension FencedSite {
    /// The names, contents and links of everything that a step must not change.
    func protectedState() throws -> String {
        let script =
            "cd \(folder.path) && find site/releases/1 site/current other state secrets -printf '%p %l %y %s %m %n\\n' | sort"
            + " && cat site/releases/1/* other/* state/* && ls site/releases"
        return try Shell.run(script).output
    }

    /// The processes that work in `path`.
    func processes(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { number in
            guard let process = Int32(number), Observation.isRunning(process) else { return false }
            return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/cwd")) == path
        }
    }
}
