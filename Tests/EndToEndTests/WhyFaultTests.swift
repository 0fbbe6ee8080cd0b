import Foundation
import TestSupport
import Testing

/// Faults of the server and of the remote, staged for real.
@Suite(.onPlainThreads) struct `bellpull why, with a fault of the surroundings` {
    private static let canMount = geteuid() == 0 && (try? Self.withDisk { _ in }) != nil

    /// Lets `body` use the folder of a disk of 4 MiB.
    private static func withDisk(_ body: (String) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("disk"), withIntermediateDirectories: true)
        guard try Shell.run("mount -t tmpfs -o size=4m tmpfs '\(folder("disk"))'").isSuccess else {
            throw Trouble("no disk")
        }
        defer { _ = try? Shell.run("umount --lazy '\(folder("disk"))'") }
        try body(folder("disk"))
    }

    private func why(_ server: ConfiguredServer, _ subject: String = "blog") throws -> Program.Result {
        try server.command(
            "why", subject, "--json", "--socket", server.folder("bellpull.sock"), "--nginx", server.folder("nginx"))
    }

    @Test(.enabled(if: canMount, "only root can mount a disk")) func `finds a full disk`() throws {
        try Self.withDisk { disk in
            let server = try ConfiguredServer(["wiki": "branch = \"main\""])
            _ = try server.forge.clone(to: "\(disk)/blog")
            try write(
                "repository = \"alice/blog\"\npath = \"\(disk)/blog\"\nbranch = \"main\"\n",
                to: server.folder("etc/sites/blog.toml"))
            #expect(try server.command("reload").ending == .exited(0))
            let page = (0..<20_000).map { "\($0 &* 2_654_435_761)" }.joined()
            let commit = try server.forge.push(page)
            _ = try Shell.run("cat /dev/zero > '\(disk)/filling'")
            #expect(try server.post(.push(of: commit)).status == 500)
            for subject in ["blog", String(commit.prefix(8))] {
                let verdicts = try JSONDecoder.verdicts(try why(server, subject))
                let verdict = try #require(verdicts.first { $0.site == "blog" })
                verdict.expect("failed", "the disk is full: ", remedy: "df -h \(disk)/blog")
            }
            unlink("\(disk)/filling")
            #expect(try server.command("deploy", "blog").ending == .exited(0))
            try WhyVerdict(try why(server)).expect("live", remedy: nil)
        }
    }

    @Test func `finds a host key that changed, and a key that the forge refuses`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let clone = server.site("blog")
        try clone.git("remote", "set-url", "origin", "ssh://git@forge.example:2222/alice/blog.git")
        try clone.git("config", "core.sshCommand", "sh '\(server.folder("ssh"))'")
        try clone.git("config", "ssh.variant", "ssh")
        let commit = try server.forge.push("news")
        // The words of OpenSSH 9.2.
        let changed = """
            @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
            The fingerprint for the ED25519 key sent by the remote host is\nSHA256:abc.\r
            Offending ED25519 key in \(server.folder("known_hosts")):1\r
            Host key for [forge.example]:2222 has changed and you have requested strict checking.\r
            Host key verification failed.\r
            """
        for (words, reason, remedy) in [
            (
                changed, "the remote's host key has CHANGED, and another machine may be answering: ",
                "only after you have found"
            ),
            ("git@forge.example: Permission denied (publickey).\r\n", "the remote refuses the ssh key", "~/.ssh"),
        ] {
            try write(words, to: server.folder("words"))
            try write("cat '\(server.folder("words"))' >&2; exit 255", to: server.folder("ssh"))
            // First nobody has tried, and then a delivery.
            try WhyVerdict(try why(server)).expect("remote", reason, remedy: remedy)
            #expect(try server.post(.push(of: commit)).status == 500)
            try WhyVerdict(try why(server)).expect("failed", reason, remedy: remedy)
            try server.letSSHReachForge()
            #expect(try server.command("deploy", "blog").ending == .exited(0))
            try WhyVerdict(try why(server)).expect("live", remedy: nil)
            try clone.git("reset", "--quiet", "--hard", "HEAD~1")
        }
    }

    @Test func `finds a clone that is gone, and one without its repository`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let clone = server.site("blog").path
        #expect(rename("\(clone)/.git", "\(clone)/.git.old") == 0)
        let bare = try WhyVerdict(try why(server))
        bare.expect("remote", "\(clone) is not a git clone", remedy: "git clone ")
        #expect(rename(clone, "\(clone).old") == 0)
        let gone = try WhyVerdict(try why(server))
        gone.expect("remote", "\(clone) does not exist", remedy: "git clone ")
        #expect(gone.state == "not live" && !gone.reason.contains("remote"))
    }

    @Test func `sees the sites whose files have mistakes, whatever the question is`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let commit = try server.forge.push("news")
        #expect(try server.post(.push(of: commit)).status == 200)
        let delivery = try #require(try server.web.log.entries(1).last?.delivery)
        try server.configure(site: "blog", "branch = 1")
        let mistake = "its file has a mistake, and the service goes on with its earlier settings"
        for (subject, beginning) in [
            (String(commit.prefix(8)), "deployment 1 of the commit: deployed; "),
            (delivery, "the delivery came just now and was deployed; "), ("blog", ""),
        ] {
            try WhyVerdict(try why(server, subject)).expect("configuration", beginning + mistake, remedy: "")
        }
        let text = try server.command("why", "blog", "--nginx", server.folder("nginx"))
        #expect(text.output.hasPrefix("blog: live, but: \(commit.prefix(6)) since "), "\(text)")
        // Without the log, the ledger tells.
        try write("", to: server.web.log.path)
        try WhyVerdict(try why(server, delivery)).expect(
            "configuration", "the delivery asked for deployment 1, deployed; " + mistake, remedy: "")
        // The commit or the delivery may have been for this site.
        for subject in ["1234567", "no-such-delivery"] {
            let verdicts = try JSONDecoder.verdicts(try why(server, subject))
            #expect(verdicts.map(\.cause) == ["unknown", "configuration"], "\(verdicts)")
        }
        let all = try server.command("why", "--nginx", server.folder("nginx"))
        #expect(all.ending == .exited(1) && all.output.contains(mistake), "\(all)")
        // Somebody has moved the site: nobody knows whether the newest commit is live.
        try server.site("blog").git("reset", "--quiet", "--hard", "HEAD~1")
        #expect(try WhyVerdict(try why(server)).state == "unknown")
    }

    @Test func `does not wait for a commit that bellpull deliver made up`() throws {
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nanswer_within = \"300ms\"\n")
        let bogus = String(repeating: "0", count: 39) + "1"
        let test = try server.command(
            "deliver", "blog", "--commit", bogus, "--socket", server.folder("bellpull.sock"), "--nginx",
            server.folder("nginx"))
        #expect(test.ending == .exited(0), "\(test)")
        #expect(Observation.eventually { (try? server.ledger("SELECT state FROM deployment")) == ["waiting"] })
        try WhyVerdict(try why(server)).expect(
            "live", "; bellpull deliver announced 000000, which the remote does not have", remedy: nil)
        try WhyVerdict(try why(server, bogus)).expect(
            "unknown", "the remote does not have 000000, which bellpull deliver announced just now",
            remedy: "deliver blog")
        // A deployment that follows it brings another commit.
        let news = try server.forge.push("news")
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        let other = String(repeating: "0", count: 39) + "2"
        let next = try server.forge.push("more")
        #expect(try (200..<300).contains(server.post(.push(of: other, before: news)).status))
        let brought = "brought \(next.prefix(6)) in place of 000000, just now: refs/heads/main was rewritten"
        #expect(try Observation.eventually { try WhyVerdict(why(server, other)).reason.contains(brought) })
        // A forge's push of the same kind is awaited.
        let late = try server.forge.commit("late")
        #expect(try server.post(.push(of: late, before: server.site("blog").head)).status == 202)
        #expect(try Observation.eventually { try WhyVerdict(try why(server)).cause == "waiting" })
    }
}

extension JSONDecoder {
    /// The verdicts in the output of `bellpull why --json`.
    fileprivate static func verdicts(_ result: Program.Result) throws -> [WhyVerdict] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([WhyVerdict].self, from: Data(result.output.utf8))
    }
}

extension ConfiguredServer {
    /// Writes the fake ssh, which runs git's command on the forge's repository.
    fileprivate func letSSHReachForge() throws {
        try write("for command; do :; done\neval \"${command%% *} '\(forge.bare)'\"", to: folder("ssh"))
    }
}
