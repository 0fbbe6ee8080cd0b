import Foundation
import TestSupport
import Testing

@Suite struct `bellpull add` {
    @Test func `clones a public repository over http, and its pushes deploy with the secret that was made`() throws {
        let server = try NewServer()
        let backend = try GitOverHTTP(server.forge, in: server.folder)
        defer { backend.end() }
        let web = try WebServer(
            in: server.folder, root: server.folder("srv/blog"), socket: server.folder("bellpull.sock"),
            changes: [("disable_symlinks on", "#disable_symlinks on")]
        ) { backend.server(port: $0) }
        defer { web.end() }
        let url = "http://127.0.0.1:\(web.otherPort)/alice/blog.git"

        let result = try server.add(url, as: "blog", "--url", "https://blog.example.com")

        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.output.contains("added blog: alice/blog, branch main, in \(server.folder("srv/blog"))"))
        #expect(result.output.contains("https://blog.example.com/github/blog\n"))
        #expect(result.output.contains("application/json"))
        #expect(result.output.contains("cat \(server.folder("etc/blog.secret"))"))
        let secret = try text(of: server.folder("etc/blog.secret"))
        #expect(secret.contains(#/^[0-9a-f]{40}\n$/#))
        #expect(!result.output.contains(secret.dropLast()))
        #expect(try text(of: server.folder("srv/blog/index.html")) == "first")
        #expect(try server.site().git("status", "--porcelain").isEmpty)
        let file = try text(of: server.folder("etc/sites/blog.toml"))
        #expect(file.contains("repository  = \"alice/blog\"\nbranch      = \"main\"\n"))
        let modes = try ["etc/blog.secret", "etc/sites/blog.toml"].map {
            try FileManager.default.attributesOfItem(atPath: server.folder($0))[.posixPermissions] as? Int
        }
        #expect(modes == [0o640, 0o644])

        let bellpull = try Responder(
            ["--socket", server.folder("bellpull.sock")], environment: server.environment, logFile: server.folder("log")
        )
        defer { bellpull.program.end() }
        let commit = try server.forge.push("second")
        let delivery = try GitHubDelivery(
            event: "push", body: GitHubDelivery.payload(of: commit), secret: String(secret.dropLast()))
        let reply = try RawHTTP(
            port: web.port, RawHTTP.request("POST", "/github/blog", headers: delivery.headers, body: delivery.body)
        ).reply()
        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try text(of: server.folder("srv/blog/index.html")) == "second")
        #expect(
            try server.run(["add", url, "--path", server.folder("srv/blog")]).output.contains("passes the hook on"))
    }

    @Test func `lays out the first release`() throws {
        let server = try NewServer()
        let result = try server.add(nil, as: "blog", "--strategy", "release")
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(try text(of: server.folder("srv/blog/current/index.html")) == "first")
        #expect(result.output.contains("set $blog_release \(server.folder("srv/blog/current"));"))
        #expect(try server.run(["check", "blog", "--offline"]).errors.isEmpty)
    }

    @Test func `follows tags`() throws {
        let server = try NewServer()
        try server.forge.author.git("tag", "v1.0")
        try server.forge.push("second")
        try server.forge.author.git("push", "--quiet", "--tags")
        let result = try server.add(nil, as: "blog", "--tag", "v*")
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(result.output.contains("alice/blog, tag v*,"))
        #expect(try text(of: server.folder("srv/blog/index.html")) == "first")
        #expect(try text(of: server.folder("etc/sites/blog.toml")).contains("tag         = \"v*\""))
    }

    @Test(arguments: [[], ["--strategy", "release"]])
    func `makes a deploy key for a private repository, and goes on with it in the second run`(_ options: [String])
        throws
    {
        let server = try NewServer()
        let before = try server.state
        let arguments = ["add", NewServer.sshURL, "--path", server.folder("srv/blog")] + options

        let first = try server.run(arguments)

        #expect(first.ending == .exited(1))
        #expect(
            first.errors.contains("bellpull: error: alice/blog cannot be read yet: forge.example refuses the ssh key"))
        let key = try text(of: server.folder("state/keys/forge.example+alice+blog.pub"))
        #expect(key.hasPrefix("ssh-ed25519 ") && first.output.contains("  \(key)"))
        #expect(
            first.output.hasSuffix(
                " \(NewServer.sshURL) --path \(server.folder("srv/blog"))\(options.map { " \($0)" }.joined())\n"))
        #expect(try server.state == before)

        try server.acceptKeys()
        let second = try server.run(arguments)

        #expect(second.ending == .exited(0), "\(second.errors)")
        #expect(try text(of: server.folder("state/keys/forge.example+alice+blog.pub")) == key)
        let mode = try FileManager.default.attributesOfItem(
            atPath: server.folder("state/keys/forge.example+alice+blog"))
        #expect(mode[.posixPermissions] as? Int == 0o600)
        // The service's own git uses the key.
        let commit = try server.forge.push("second")
        let result = try Program.run([try BuiltProgram.path, "deploy", "blog"], environment: server.environment)
        #expect(result.output.contains("deployed \(commit.prefix(6))"), "\(result.errors)")
    }

    @Test func `takes a short name over https first, and over ssh if the repository is private`() throws {
        let server = try NewServer()
        let backend = try GitOverHTTP(server.forge, in: server.folder)
        defer { backend.end() }
        try write("user:{PLAIN}x\n", to: server.folder("users"))
        let web = try WebServer(
            in: server.folder, root: server.folder("srv"), socket: server.folder("bellpull.sock"),
            changes: [("disable_symlinks on", "#disable_symlinks on")]
        ) { port in
            backend.server(port: port).replacing(
                "location / {", with: "location / { auth_basic git; auth_basic_user_file \(server.folder("users"));")
        }
        defer { web.end() }
        try write(
            "[url \"http://127.0.0.1:\(web.otherPort)/alice/\"]\n    insteadOf = https://github.com/alice/\n"
                + "[url \"git@forge.example:alice/\"]\n    insteadOf = git@github.com:alice/\n",
            to: server.folder(".gitconfig"))

        let first = try server.run(["add", "alice/blog", "--path", server.folder("srv/blog")])

        #expect(first.ending == .exited(1))
        #expect(first.output.contains("https://github.com/alice/blog/settings/keys/new"))
        try server.acceptKeys()
        let second = try server.run(["add", "alice/blog", "--path", server.folder("srv/blog")])
        #expect(second.ending == .exited(0), "\(second.errors)")
        #expect(second.output.contains("https://github.com/alice/blog/settings/hooks/new"))
        #expect(second.output.contains("https://YOUR.SITE/github/blog   (write your server's name for YOUR.SITE)"))
        let hosts = try text(of: server.folder("state/known_hosts"))
        #expect(
            hosts.hasPrefix(
                "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"))
    }

    @Test func `trusts an unknown host only after a person has given its fingerprint`() throws {
        let server = try NewServer()
        try FileManager.default.removeItem(atPath: server.folder("ssh/known"))
        try write("", to: server.folder("ssh/open"))
        let first = try server.add(NewServer.sshURL)
        #expect(first.ending == .exited(1))
        let hint = try #require(NewServer.problems(first).last?.firstMatch(of: #/--host-key (SHA256:\S+)/#)?.1)
        #expect(first.errors.contains("the host key of forge.example is unknown; it shows \(hint) (ED25519)"))
        let wrong = try server.add(
            NewServer.sshURL, as: "blog", "--host-key", "SHA256:\(String(repeating: "A", count: 43))")
        #expect(wrong.ending == .exited(1) && wrong.errors.contains("forge.example has no key with the fingerprint"))
        #expect(!FileManager.default.fileExists(atPath: server.folder("srv/blog")))
        let right = try server.add(NewServer.sshURL, as: "blog", "--host-key", String(hint))
        #expect(right.ending == .exited(0), "\(right.errors)")
    }

    @Test func `warns about a secret file that all users may read`() throws {
        let server = try NewServer()
        try write("a long enough secret\n", to: server.folder("etc/mine"))
        let result = try server.add(nil, as: "blog", "--secret-file", server.folder("etc/mine"))
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(
            result.errors.contains("warning: the secret file \(server.folder("etc/mine")) is readable by all users"))
    }

    @Test func `adopts a clone of the repository`() throws {
        let server = try NewServer()
        _ = try server.forge.clone(to: server.folder("srv/blog"))
        try server.site().write("a person's", to: "notes.txt")
        let result = try server.add()
        #expect(result.ending == .exited(0), "\(result.errors)")
        #expect(try text(of: server.folder("srv/blog/notes.txt")) == "a person's")
        #expect(try text(of: server.folder("etc/sites/blog.toml")).contains("branch      = \"main\""))
    }

    @Test func `says that a site is added already, and makes its clone again if it is gone`() throws {
        let server = try NewServer()
        #expect(try server.add().ending == .exited(0))
        let before = try server.state
        let again = try server.add()
        #expect(again.ending == .exited(0))
        #expect(again.output.contains("blog is added already: alice/blog, branch main"))
        #expect(try server.state == before)
        try FileManager.default.removeItem(atPath: server.folder("srv/blog"))
        let restored = try server.add()
        #expect(restored.ending == .exited(0) && restored.errors.contains("cloned alice/blog"), "\(restored.errors)")
        #expect(try server.state == before)
    }

    @Test func `prints JSON`() throws {
        let server = try NewServer()
        let needsKey = try server.add(NewServer.sshURL, as: "blog", "--json")
        #expect(needsKey.ending == .exited(1))
        func object(_ result: Program.Result) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        }
        #expect(try object(needsKey)["state"] as? String == "needs_key")
        #expect((try object(needsKey)["deploy_key"] as? String)?.hasPrefix("ssh-ed25519 ") == true)
        try server.acceptKeys()
        let added = try object(try server.add(NewServer.sshURL, as: "blog", "--json"))
        #expect(added["state"] as? String == "added")
        #expect(added["hook_url"] as? String == "https://YOUR.SITE/github/blog")
        #expect(added["hook_url_is_incomplete"] as? Bool == true)
        #expect(added["secret_file"] as? String == server.folder("etc/blog.secret"))
        #expect(added["branch"] as? String == "main")
    }
}
