import Foundation
import TestSupport
import Testing

/// A request that `bellpull add` refuses: what is prepared, what is asked for, and what is said.
struct AddRefusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let arguments: @Sendable (NewServer) -> [String]
    let status: Int32
    let message: String
    let hint: String
    var prepare: @Sendable (NewServer) throws -> Void = { _ in }

    static func path(_ server: NewServer) -> [String] { ["--path", server.folder("srv/blog")] }

    static let all = [
        AddRefusal(
            testDescription: "no repository", arguments: { ["\($0.folder("forge/alice/shop.git"))"] + path($0) },
            status: 1,
            message: "alice/shop is not a git repository", hint: "ls -d "),
        AddRefusal(
            testDescription: "an empty repository", arguments: { [$0.folder("forge/alice/new.git")] + path($0) },
            status: 1,
            message: "alice/new is empty: nothing was pushed yet", hint: "push a branch, then run the command again",
            prepare: { try Repository(path: $0.forge.root).git("init", "--quiet", "--bare", "alice/new.git") }),
        AddRefusal(
            testDescription: "no such branch", arguments: { [$0.forge.bare, "--branch", "mian"] + path($0) }, status: 1,
            message: "alice/blog has no branch mian", hint: "--branch main"),
        AddRefusal(
            testDescription: "no such tag", arguments: { [$0.forge.bare, "--tag", "v*"] + path($0) }, status: 1,
            message: "alice/blog has no tag v*", hint: "push a tag first"),
        AddRefusal(
            testDescription: "a folder with files", arguments: { [$0.forge.bare] + path($0) }, status: 1,
            message: "has files already: index.html", hint: "mv -T ",
            prepare: { try write("old", to: $0.folder("srv/blog/index.html")) }),
        AddRefusal(
            testDescription: "a file", arguments: { [$0.forge.bare] + path($0) }, status: 1,
            message: "exists and is not a folder", hint: "mv -T ",
            prepare: { try write("old", to: $0.folder("srv/blog")) }),
        AddRefusal(
            testDescription: "a clone of another repository", arguments: { [$0.forge.bare] + path($0) }, status: 1,
            message: "is a clone of bob/shop, and not of alice/blog",
            hint: "choose another folder with --path, or: mv -T ",
            prepare: {
                let clone = try $0.forge.clone(to: $0.folder("srv/blog"))
                try clone.git("remote", "set-url", "origin", "https://github.com/bob/shop.git")
            }),
        AddRefusal(
            testDescription: "a name that is taken", arguments: { [$0.folder("forge/bob/blog.git")] + path($0) },
            status: 1,
            message: "the name blog is taken by the site of alice/blog", hint: "--name OTHER",
            prepare: { _ = try $0.add() }),
        AddRefusal(
            testDescription: "another branch of a site", arguments: { [$0.forge.bare, "--branch", "next"] + path($0) },
            status: 1,
            message: "the site blog is there already, and follows main instead of next", hint: "--name OTHER",
            prepare: { _ = try $0.add() }),
        AddRefusal(
            testDescription: "the folder of another site",
            arguments: { [$0.forge.bare, "--name", "copy"] + path($0) }, status: 1,
            message: "is the folder of the site blog", hint: "--path OTHER", prepare: { _ = try $0.add() }),
        AddRefusal(
            testDescription: "a folder inside another site",
            arguments: { [$0.forge.bare, "--name", "copy", "--path", $0.folder("srv/blog/docs")] }, status: 1,
            message: "the folder of the site blog", hint: "--path OTHER", prepare: { _ = try $0.add() }),
        AddRefusal(
            testDescription: "a folder around another site",
            arguments: { [$0.forge.bare, "--name", "copy", "--path", $0.folder("srv")] }, status: 1,
            message: "the folder of the site blog, is inside", hint: "--path OTHER", prepare: { _ = try $0.add() }),
        AddRefusal(
            testDescription: "a folder that the sandbox does not allow", arguments: { [$0.forge.bare] + path($0) },
            status: 1,
            message: "does not let bellpull write to", hint: "ReadWritePaths=",
            prepare: {
                try write(
                    "[Service]\nProtectSystem=strict\nReadWritePaths=-/srv\n", to: $0.folder("units/bellpull.service"))
            }),
        AddRefusal(
            testDescription: "a folder of the system", arguments: { [$0.forge.bare, "--path", "/etc/blog"] }, status: 1,
            message: "/etc/blog is in a folder of the system, and no place for a site", hint: "--path /srv/NAME"),
        AddRefusal(
            testDescription: "a folder around Bellpull's own files",
            arguments: { [$0.forge.bare, "--path", $0.folder("etc/sites/x")] }, status: 1,
            message: "where bellpull keeps its own files", hint: "--path OTHER"),
        AddRefusal(
            testDescription: "a folder with files that the sandbox does not allow",
            arguments: { [$0.forge.bare] + path($0) }, status: 1,
            message: "has files already: index.html", hint: "mv -T ",
            prepare: {
                try write("old", to: $0.folder("srv/blog/index.html"))
                try write(
                    "[Service]\nProtectSystem=strict\nReadWritePaths=-/srv\n", to: $0.folder("units/bellpull.service"))
            }),
        AddRefusal(
            testDescription: "a folder inside another site, through a link to a missing folder",
            arguments: { [$0.forge.bare, "--name", "copy", "--path", $0.folder("srv/link/docs/new")] }, status: 1,
            message: "the folder of the site blog", hint: "--path OTHER",
            prepare: {
                _ = try $0.add()
                symlink("blog", $0.folder("srv/link"))
            }),
        AddRefusal(
            testDescription: "a secret file that is a folder",
            arguments: { [$0.forge.bare, "--secret-file", $0.folder("etc/sites")] + path($0) }, status: 1,
            message: "etc/sites is a folder", hint: "etc/sites/webhook.secret"),
        AddRefusal(
            testDescription: "a secret file in a missing folder",
            arguments: { [$0.forge.bare, "--secret-file", $0.folder("etc/none/secret")] + path($0) }, status: 1,
            message: "etc/none of the secret file does not exist", hint: "install -d "),
        AddRefusal(
            testDescription: "a secret file without a byte",
            arguments: { [$0.forge.bare, "--secret-file", $0.folder("etc/empty")] + path($0) }, status: 78,
            message: "is empty", hint: "openssl rand -hex 20 > ", prepare: { try write("", to: $0.folder("etc/empty")) }
        ),
        AddRefusal(
            testDescription: "a relative secret file",
            arguments: { [$0.forge.bare, "--secret-file", "secret"] + path($0) },
            status: 64, message: "--secret-file is not an absolute path: secret", hint: "--secret-file /"),
        AddRefusal(
            testDescription: "a path with invisible characters",
            arguments: { [$0.forge.bare, "--path", $0.folder("srv/\u{202e}blog")] }, status: 64,
            message: "--path contains invisible characters", hint: "--path /srv/blog"),
        AddRefusal(
            testDescription: "an unknown host",
            arguments: { ["https://nowhere.invalid/alice/blog.git"] + path($0) }, status: 1,
            message: "the host name nowhere.invalid is unknown", hint: "getent hosts nowhere.invalid"),
        AddRefusal(
            testDescription: "a refused connection", arguments: { ["http://127.0.0.1:1/alice/blog.git"] + path($0) },
            status: 1,
            message: "127.0.0.1, port 1 ", hint: "host or the port"),
        AddRefusal(
            testDescription: "a secret file with an empty secret",
            arguments: { [$0.forge.bare, "--secret-file", $0.folder("etc/empty")] + path($0) }, status: 78,
            message: "is empty", hint: "openssl rand -hex 20", prepare: { try write("\n", to: $0.folder("etc/empty")) }),
        AddRefusal(
            testDescription: "a mistake in the main file", arguments: { [$0.forge.bare] + path($0) }, status: 78,
            message: "timeout is not a valid duration", hint: "write 1 to 999999",
            prepare: { try write("timeout = \"soon\"\n", to: $0.folder("etc/bellpull.toml")) }),
        // Words that are wrong before anybody looks.
        AddRefusal(
            testDescription: "a relative path", arguments: { [$0.forge.bare, "--path", "blog"] }, status: 64,
            message: "--path is not an absolute path: blog", hint: "--path /"),
        AddRefusal(
            testDescription: "a relative repository", arguments: { ["./blog.git"] + path($0) }, status: 64,
            message: "the repository is neither a URL", hint: "bellpull add alice/blog"),
        AddRefusal(
            testDescription: "an option in place of a repository",
            arguments: { path($0) + ["--", "--upload-pack=touch /tmp/bellpull-add-pwned"] }, status: 64,
            message: "the repository starts with a hyphen", hint: "bellpull add alice/blog"),
        AddRefusal(
            testDescription: "a remote helper", arguments: { ["ext::sh -c touch% /tmp/bellpull-add-pwned"] + path($0) },
            status: 64,
            message: "the repository names a program for git to run", hint: "bellpull add alice/blog"),
        AddRefusal(
            testDescription: "a line break", arguments: { ["https://github.com/alice/blog\n.git"] + path($0) },
            status: 64,
            message: "the repository contains invisible characters", hint: "bellpull add alice/blog"),
        AddRefusal(
            testDescription: "an option as a host", arguments: { ["ssh://-oProxyCommand=touch/alice/blog"] + path($0) },
            status: 64,
            message: "the repository is neither a URL", hint: "bellpull add alice/blog"),
        AddRefusal(
            testDescription: "a branch that is an option",
            arguments: { [$0.forge.bare, "--branch=--upload-pack=x"] + path($0) },
            status: 64, message: "--branch is not a valid name", hint: "--branch main"),
        AddRefusal(
            testDescription: "a name that is a path", arguments: { [$0.forge.bare, "--name", "../blog"] + path($0) },
            status: 64,
            message: "invalid site name ../blog", hint: "use 1 to 64"),
        AddRefusal(
            testDescription: "a URL without an owner", arguments: { ["git@forge.example:blog.git"] + path($0) },
            status: 64,
            message: "does not tell the owner", hint: "add --repository OWNER/NAME"),
        AddRefusal(
            testDescription: "an address that is none",
            arguments: { [$0.forge.bare, "--url", "blog.example.com"] + path($0) }, status: 64,
            message: "url has no http:// or https://", hint: "url = \"https://blog.example.com/\""),
    ]
}

@Suite struct `bellpull add refuses` {
    @Test(arguments: AddRefusal.all) func request(_ refusal: AddRefusal) throws {
        let server = try NewServer()
        try refusal.prepare(server)
        let before = try server.state

        let result = try server.run(["add"] + refusal.arguments(server))

        #expect(result.ending == .exited(refusal.status), "\(result.errors)")
        let problems = NewServer.problems(result)
        #expect(problems.contains { $0.hasPrefix("error: ") && $0.contains(refusal.message) }, "\(result.errors)")
        #expect(problems.contains { $0.hasPrefix("hint: ") && $0.contains(refusal.hint) }, "\(result.errors)")
        #expect(try server.state == before)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/bellpull-add-pwned"))
    }

    @Test(arguments: [
        "https://alice:Tr0ub4dor@github.com/alice/blog.git", "https://Tr0ub4dor@github.com/alice/blog.git",
        "ssh://git:Tr0ub4dor@forge.example/alice/blog.git", "http://x:Tr0ub4dor@127.0.0.1:1/alice/blog.git",
    ])
    func `a password, without showing it`(_ url: String) throws {
        let server = try NewServer()
        let result = try server.add(url)
        #expect(result.ending == .exited(64))
        #expect(!result.errors.contains("Tr0ub4dor") && !result.output.contains("Tr0ub4dor"))
        let found = try Program.run(["grep", "-rl", "Tr0ub4dor", server.folder.path], environment: server.environment)
        #expect(found.output.isEmpty)
    }

    @Test func `to run twice at once`() throws {
        let server = try NewServer()
        let descriptor = open(server.folder("etc/sites"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let result = try server.add()
        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("another bellpull is adding or removing a site"))
        flock(descriptor, LOCK_UN)
        #expect(try server.add().ending == .exited(0))
    }

    @Test(.enabled(if: geteuid() == 0)) func `a folder of another user`() throws {
        let server = try NewServer()
        try FileManager.default.createDirectory(atPath: server.folder("srv/blog"), withIntermediateDirectories: true)
        chown(server.folder("srv/blog"), 65534, 65534)
        let result = try server.add()
        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("\(server.folder("srv/blog")) belongs to nobody, but bellpull runs as root"))
    }

    @Test(.enabled(if: geteuid() == 0)) func `what the user who deploys cannot reach, with a remedy that works`() throws
    {
        let server = try NewServer()
        try write("[Service]\nUser=nobody\n", to: server.folder("units/bellpull.service"))
        try FileManager.default.createDirectory(atPath: server.folder("home/sites"), withIntermediateDirectories: true)
        try write("a long enough secret\n", to: server.folder("home/closed/secret"))
        _ = try Shell.run(
            "cd '\(server.folder.path)' && mkdir state && chown -R nobody: state forge && chmod 755 . && chmod 777 srv "
                + "&& chmod 700 home/closed && chmod 600 home/closed/secret && touch home/sites/x && chown daemon home/sites"
        )
        func pasted(_ result: Program.Result) throws -> String {
            let hint = try #require(NewServer.problems(result).last { $0.hasPrefix("hint: ") }).dropFirst(6)
            #expect(try Shell.run(String(hint)).isSuccess, "\(hint)")
            return String(hint)
        }
        func add(_ path: String) throws -> Program.Result {
            try server.run([
                "add", server.forge.bare, "--path", server.folder(path), "--secret-file",
                server.folder("home/closed/secret"),
            ])
        }
        let closed = try add("home/sites/blog")
        #expect(
            closed.errors.contains("is in \(server.folder("home/closed")), which nobody may not enter"),
            "\(closed.errors)")
        #expect(try pasted(closed) == "chmod a+x \(server.folder("home/closed"))")
        let unreadable = try add("home/sites/blog")
        #expect(unreadable.errors.contains("home/closed/secret cannot be read by nobody"), "\(unreadable.errors)")
        _ = try pasted(unreadable)
        let folder = try add("home/sites/blog")
        #expect(folder.errors.contains("cannot create \(server.folder("home/sites/blog")): Permission denied"))
        #expect(try pasted(folder).hasPrefix("install -d -o nobody \(server.folder("home/sites/blog"))"))
        let added = try add("home/sites/blog")
        #expect(added.ending == .exited(0), "\(added.errors)")
        #expect(!added.errors.contains("warning: the secret file"))
    }

    @Test(.enabled(if: geteuid() == 0)) func `another user than root`() throws {
        let server = try NewServer()
        chmod(server.folder.path, 0o755)
        let program = ["runuser", "-u", "nobody", "--", try BuiltProgram.path, "add", "alice/blog"]
        let result = try Program.run(program, environment: server.environment)
        guard result.ending != .exited(126) else { return }  // nobody may not enter the folder of the tests
        #expect(result.ending == .exited(1), "\(result.errors)")
        #expect(result.errors.contains("nobody may not change the sites of this server"))
        #expect(result.errors.contains("bellpull: hint: sudo bellpull add alice/blog"))
    }

    @Test(.enabled(if: geteuid() == 0)) func `a full disk`() throws {
        let server = try NewServer()
        try server.forge.push(String((0..<3_000_000).map { _ in Character(UnicodeScalar(UInt8.random(in: 33...126))) }))
        try FileManager.default.createDirectory(atPath: server.folder("srv/small"), withIntermediateDirectories: true)
        try #require(try Shell.run("mount -t tmpfs -o size=1m tmpfs \(server.folder("srv/small"))").isSuccess)
        defer { _ = try? Shell.run("umount -l \(server.folder("srv/small"))") }
        let before = try server.state
        let result = try server.run(["add", server.forge.bare, "--path", server.folder("srv/small/blog")])
        #expect(result.ending == .exited(1))
        #expect(result.errors.contains("the disk is full"), "\(result.errors)")
        #expect(try server.state == before)
    }
}
