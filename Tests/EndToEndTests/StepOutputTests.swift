import Foundation
import TestSupport
import Testing

@Suite struct `the output of steps` {
    private static let secrets = [
        "s3cr3t-t0ken-9f2c", "first line of a key", "second line of a key", "pa55 \"word\" 1",
    ]

    /// Values with blanks, quotation marks, several lines and the line ends of Windows.
    private static let environment = """
        # for the build\r
        TOKEN=s3cr3t-t0ken-9f2c\r
        KEY="first line of a key
        second line of a key"
        PASSWORD='pa55 "word" 1'

        """

    @Test func `never has a value of the environment file`() throws {
        let server = try SteppedServer("", started: false)
        try write(Self.environment, to: server.folder("etc/blog.env"))
        chmod(server.folder("etc/blog.env"), 0o640)
        try server.configure(
            """
            environment_file = "\(server.folder("etc/blog.env"))"
            build = '''
            test "$TOKEN" = s3cr3t-t0ken-9f2c && test "$PASSWORD" = 'pa55 "word" 1' || exit 8
            echo "token $TOKEN, key $KEY, password $PASSWORD"
            printf 's3cr3t-'; sleep 0.1; printf 't0ken'; sleep 0.1; echo -9f2c
            printf '%s' "$KEY" | tail -n 1 >&2; echo
            printf 'x%.0s' $(seq 1 70000); echo "$TOKEN"
            '''
            test = 'echo "cannot log in with $TOKEN"; exit 3'
            """)
        try server.start()
        let (commit, reply) = try server.push("page")
        #expect(reply.status == 500)
        let reason = "test failed with exit status 3: cannot log in with ***"
        #expect(reply.error?.hasPrefix(reason) == true, "\(reply.text)")
        let log = try server.command("log", "blog")
        #expect(log.output.contains("cannot log in with ***"))
        let command = try server.command("deploy", "blog")
        #expect(command.ending == .exited(1) && command.errors.contains("token ***, key ***, password ***"))
        #expect(try server.push("again").reply.status == 500)
        #expect(try text(of: server.folder("state/output/blog")).contains("token ***, key ***, password ***"))

        let shown = [reply.text, log.output, command.output, command.errors, try server.server.bellpull.log]
        for secret in Self.secrets { #expect(!shown.contains { $0.contains(secret) }, "\(secret)") }
        let files = try FileManager.default.subpathsOfDirectory(atPath: server.folder.path)
            .filter { $0.hasPrefix("state/") || $0.hasPrefix("nginx/") || $0.hasSuffix(".log") }
        #expect(files.contains("state/ledger.sqlite") && files.contains("nginx/bellpull.log"))
        for file in files {
            let bytes = FileManager.default.contents(atPath: server.folder(file)) ?? Data()
            for secret in Self.secrets { #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(file)") }
        }
        #expect(!commit.isEmpty)
    }

    /// `scripts/bench --steps` has a gigabyte, for which an unoptimised Bellpull takes a minute.
    @Test func `may be long`() throws {
        let server = try SteppedServer(
            "build = 'if grep -q loud index.html; then head -c 60000000 /dev/zero | tr \"\\\\0\" x; fi'\n",
            main: "answer_within = \"100s\"\n")
        #expect(try server.push("old").reply.status == 200)
        let commit = try server.forge.push("loud")
        let growth = try server.server.bellpull.memoryGrowth { () throws in
            let reply = try server.server.send(.push(of: commit)).reply(within: .seconds(100))
            #expect(reply.status == 200)
        }
        #expect(growth < 8 << 20, "\(growth) bytes")
        let length = try server.server.ledger("SELECT max(length(cast(output AS BLOB))) FROM deployment")
        #expect(Int(length.first ?? "").map { $0 > 60_000 && $0 <= 64 << 10 } == true, "\(length)")
        let path = server.folder("state/output/blog")
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        #expect(size > 15 << 20 && size <= 16 << 20)
        #expect(try text(of: path).hasSuffix("\n… the output goes on, but this file is full\n"))
    }

    @Test func `is that of the running deployment, although a command waits`() throws {
        let server = try SteppedServer("build = 'echo begun; \(SteppedServer.wait); echo ended'\n")
        #expect(try server.push("old").reply.status == 200)
        try server.block()
        unlink("\(server.site)/cache/waiting")
        let request = try server.server.send(.push(of: try server.forge.push("second")))
        _ = try server.waiting()
        let path = server.folder("state/output/blog")
        let waiting = try server.startCommand("deploy", "blog")
        let log = server.folder("command.log")
        #expect(Observation.eventually { (try? text(of: log))?.contains("waiting for") == true })
        #expect(try text(of: path).contains("begun"))
        server.unblock()
        #expect(try request.reply().status == 200)
        #expect(waiting.ending(within: .seconds(10)) == .exited(0))
    }

    @Test func `of a command is shown to the person`() throws {
        let server = try SteppedServer(
            "build = 'echo building; grep good index.html'\nhealth = 'echo checking'\nafter = 'echo telling'\n")
        _ = try server.forge.push("good")
        let good = try server.command("deploy", "blog")
        #expect(good.ending == .exited(0), "\(good.errors)")
        for line in ["building\n", "checking\n", "telling\n"] { #expect(good.errors.contains(line)) }
        #expect(try server.page == "good")
        _ = try server.forge.push("bad")
        let bad = try server.command("deploy", "blog")
        #expect(bad.ending == .exited(1))
        #expect(bad.errors.contains("error: build failed with exit status 1: building"), "\(bad.errors)")
        #expect(try server.page == "good")
    }
}

@Suite struct `the build of a site` {
    @Test func `may delete its folder`() throws {
        let server = try SteppedServer("build = 'if grep -q bad index.html; then rm -rf \"$PWD\"; fi'\n")
        #expect(try server.push("good").reply.status == 200)
        let reply = try server.push("bad").reply
        #expect(reply.status == 500, "\(reply.text)")
        #expect(try server.page == "good")
        #expect(try server.push("good too").reply.status == 200)
        #expect(try server.page == "good too")
        #expect(try server.releases.count { !$0.hasPrefix(".") } == 2)
    }

    @Test func `cannot stay behind`() throws {
        let server = try SteppedServer(
            """
            build = '''
            setsid sh -c 'trap "" TERM HUP; sleep 4322 & sleep 4322' >/dev/null 2>&1 &
            (setsid sleep 4322 &)
            sleep 4322 & sleep 0.1
            '''
            """)
        let reply = try server.push("page").reply
        #expect(reply.status == 200)
        let left = try #require(reply["Bellpull-Reason"]?.firstMatch(of: #/build left (\d+) processes behind/#))
        #expect(Int(left.1).map { $0 >= 3 } == true, "\(left.0)")
        #expect(!server.hasStep)
        #expect(try server.page == "page")
        #expect(try server.temporaryFolders == [])
    }

    @Test(arguments: [
        ("build = \"\"", "build is empty"), ("build = [\"make\"]", "build"),
        ("build = \"make\"\nbuild_timeout = \"soon\"", "build_timeout"),
        ("test_timeout = \"5m\"", "test_timeout needs test"), ("buld = \"make\"", "unknown key buld"),
        ("build = \"make\"\non_newer = \"stop\"", "on_newer is neither finish nor"),
        ("health = \"true\"\nhealth_text = \"x\"", "health_text needs an address"),
        ("health = \"http://localhost/\"\nhealth_status = 99", "health_status"),
        ("build = \"make\"\nunfenced = [\"tests\"]", "unfenced contains tests, which is no step"),
        ("build = \"make\"\nallow_read = [\"data\"]", "allow_read contains a path that is not absolute: data"),
        ("build = \"make\"\nenvironment_file = \"/nosuch/file\"", "/nosuch/file"),
    ])
    func `with a mistake in its settings is reported with file and line`(_ lines: String, message: String) throws {
        let server = try SteppedServer(lines, started: false)
        let check = try server.command("check", "blog")
        #expect(check.ending == .exited(1))
        // After repository, path, branch, strategy and remote.
        let line = 5 + lines.split(separator: "\n").count
        let start = "\(server.folder("etc/sites/blog.toml")):\(line): "
        let shown = check.output + check.errors
        #expect(shown.contains(start), "\(shown)")
        #expect(shown.split(separator: "\n").contains { $0.contains(start) && $0.contains(message) }, "\(shown)")
    }
}
