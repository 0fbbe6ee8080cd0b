import Foundation
import TestSupport
import Testing

@Suite struct `a site with releases, served by nginx` {
    private let server: ConfiguredServer

    init() throws {
        server = try ConfiguredServer(
            ["blog": ""], started: false, releases: true,
            changes: [
                ("#try_files $uri $uri/ @previous;", "try_files $uri $uri/ @previous;"),
                ("    #location @previous {", "location @previous {"),
                ("    #    root /srv/blog/previous;", "root /srv/blog/previous;"),
                (
                    "    #    disable_symlinks if_not_owner from=$document_root;",
                    "disable_symlinks if_not_owner from=$document_root;"
                ),
                ("    #    try_files $uri =404;\n    #}\n\n    # PHP", "try_files $uri =404;\n}\n\n    # PHP"),
                // Both lines would be in force.
                ("        try_files $uri $uri/ =404;\n", ""),
            ])
        try configure()
    }

    private func configure(_ more: String = "") throws {
        try server.configure(
            site: "blog", "branch = \"main\"\nstrategy = \"release\"\nremote = \"\(server.forge.bare)\"\n\(more)")
    }

    private func page(_ path: String = "/") throws -> (status: Int, text: String) {
        let reply = try RawHTTP(port: server.web.port, RawHTTP.request("GET", path)).reply()
        return (reply.status, reply.body)
    }

    private func push(_ text: String) throws -> (commit: String, reply: Reply) {
        let commit = try server.forge.push(text)
        return (commit, try server.post(.push(of: commit)))
    }

    private func command(_ arguments: String...) throws -> Program.Result {
        try Program.run([try BuiltProgram.path] + arguments, environment: server.environment)
    }

    @Test func `goes live, back, and live again`() throws {
        try server.start()
        #expect(try page().status == 404)
        let first = try push("good")
        #expect(first.reply.status == 200 && first.reply["bellpull-outcome"] == "deployed")
        #expect(try page().text == "good")
        let bad = try push("bad")
        #expect(bad.reply["bellpull-outcome"] == "deployed" && bad.reply["bellpull-commit"] == bad.commit)
        #expect(try page().text == "bad")

        let rollback = try command("rollback", "blog", "--reason", "broken footer")
        #expect(rollback.ending == .exited(0))
        let lines = rollback.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("deployed \(first.commit.prefix(6)) in ") == true)
        #expect(lines.last?.hasPrefix("blog is pinned at \(first.commit.prefix(6)) by ") == true)
        #expect(
            lines.last?.hasSuffix(": broken footer; later pushes go live only after bellpull unpin blog") == true)
        #expect(try page().text == "good")

        let status = try command("status").output
        #expect(status.contains("pinned at \(first.commit.prefix(6)) by ") && status.contains(": broken footer"))
        let fixed = try push("fixed")
        #expect(fixed.reply.status == 200 && fixed.reply["bellpull-outcome"] == "pinned")
        #expect(fixed.reply["bellpull-reason"]?.contains("is laid out and waits for bellpull unpin") == true)
        #expect(try page().text == "good")
        let list = try command("releases", "blog").output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(list.map { $0.first }.count == 4)
        #expect(list[2].suffix(2) == ["taken", "back"] && list[3].suffix(2) == ["live,", "pinned"])
        let check = try command(
            "check", "blog", "--nginx", server.folder("nginx"), "--socket", server.folder("bellpull.sock"))
        #expect(check.output.contains("pushes do not go live: the site is pinned at \(first.commit.prefix(6))"))

        let unpin = try command("unpin", "blog")
        #expect(unpin.ending == .exited(0) && unpin.output.contains("deployed \(fixed.commit.prefix(6)) in "))
        #expect(try page().text == "fixed")
        #expect(try command("unpin", "blog").errors.contains("blog is not pinned"))
        let log = try text(of: server.folder("nginx/blog.log"))
        #expect(log.contains(#/release=\d{8}T\d{6}Z-[0-9a-f]{7}\n/#))
        #expect(FileManager.default.fileExists(atPath: server.folder("state/restart/blog")))
        #expect(try text(of: server.folder("state/live/blog")) == "\(fixed.commit)\n")
    }

    @Test func `serves shared files, and files of the release before, and no others`() throws {
        try configure("shared = [\"uploads\"]\n")
        try server.start()
        _ = try server.forge.push("body{}", page: "style-1.css")
        _ = try push("one")
        try write("picture", to: server.folder("sites/blog/shared/uploads"))
        #expect(try page("/uploads").text == "picture")
        try server.forge.author.git("rm", "--quiet", "style-1.css")
        try write("secret", to: "\(server.forge.author.path)/.env")
        _ = try push("second")
        #expect(try page().text == "second")
        #expect(try page("/style-1.css").text == "body{}", "a page of a moment ago asks for it")
        #expect(try page("/.env").status == 404)
        #expect(try page("/nosuch").status == 404)
        // A person's link to a file of another user.
        try FileManager.default.createSymbolicLink(
            atPath: server.folder("sites/blog/current/passwd"), withDestinationPath: "/etc/passwd")
        if geteuid() != 0 { #expect(try page("/passwd").status == 403) }
    }

    @Test func `never shows half of a release`() throws {
        let pages = ["a.html", "b.html", "index.html"]
        try server.start()
        for page in pages.dropLast() { _ = try server.forge.push("0", page: page) }
        _ = try push("0")
        let isDone = Counter()
        let wrong = Counter()
        let readers = (0..<3).map { index in
            Running {
                while isDone.value == 0 {
                    let reply = try page("/\(pages[index])")
                    if reply.status != 200 || Int(reply.text) == nil { wrong.add(1) }
                }
            }
        }
        for number in 1...15 {
            try pages.dropLast().forEach { try server.forge.author.write("\(number)", to: $0) }
            #expect(try push("\(number)").reply["bellpull-outcome"] == "deployed")
            for page in pages { #expect(try self.page("/\(page)").text == "\(number)") }
        }
        isDone.add(1)
        #expect(readers.allSatisfy { $0.isSuccess() })
        #expect(wrong.value == 0)
    }

    @Test func `is whole after a kill, and the next push deploys`() throws {
        try server.start()
        _ = try push("0")
        for number in 1...6 {
            let commit = try server.forge.push("\(number)")
            let delivery = Running { _ = try? server.post(.push(of: commit)) }
            usleep(UInt32.random(in: 5_000...90_000))
            try server.killBellpull()
            _ = delivery.isSuccess()
            let text = try page().text
            #expect(["\(number - 1)", "\(number)"].contains(text), "\(text)")
            try server.start()
            #expect(try server.post(.push(of: commit)).status / 100 == 2)
            #expect(Observation.eventually { (try? page().text) == "\(number)" })
        }
        _ = try push("last")
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder("sites/blog/releases"))
        #expect(!names.contains { $0.hasPrefix(".unfinished") || $0.hasSuffix(".new") })
    }

    @Test func `replaces a site that was pulled, without a failed request`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        _ = try server.post(.push(of: try server.forge.push("pulled")))
        try server.site("blog").write("upload", to: "upload.jpg")
        try server.configure(site: "blog", "branch = \"main\"\nstrategy = \"release\"\n")
        let deploy = try server.command("deploy", "blog")
        #expect(deploy.ending == .exited(0), "\(deploy.errors)")
        let site = server.folder("sites/blog")
        #expect(try text(of: "\(site)/index.html") == "pulled" && text(of: "\(site)/current/index.html") == "pulled")

        let nginx = server.folder("served/nginx.conf")
        func cleanUp(serving root: String) throws -> Program.Result {
            try write("http { server { location / { root \(root); } } }", to: nginx)
            return try server.command("releases", "blog", "--cleanup", "--nginx", server.folder("served"))
        }
        for root in [site, server.folder("sites"), "\(site)/public"] {
            let refused = try cleanUp(serving: root)
            #expect(refused.ending == .exited(1) && refused.errors.contains("nginx still serves \(root)"))
        }
        try server.site("blog").write("edited", to: "index.html")
        #expect(
            try cleanUp(serving: "\(site)/current").errors.contains("the old work tree has local changes: index.html"))
        try server.site("blog").write("pulled", to: "index.html")
        #expect(try cleanUp(serving: "$somewhere").errors.contains("nothing tells what root $somewhere stands for"))
        try FileManager.default.createSymbolicLink(atPath: server.folder("alias"), withDestinationPath: site)
        #expect(try cleanUp(serving: server.folder("alias")).errors.contains("nginx still serves"))
        try server.site("blog").git("update-index", "--skip-worktree", "index.html")
        try server.site("blog").write("hidden", to: "index.html")
        #expect(try cleanUp(serving: "\(site)/current").errors.contains("git was told to ignore changes"))
        try server.site("blog").git("update-index", "--no-skip-worktree", "index.html")
        try server.site("blog").write("pulled", to: "index.html")
        let cleaned = try cleanUp(serving: "\(site)/current")
        #expect(cleaned.ending == .exited(0), "\(cleaned.errors)")
        #expect(cleaned.output.contains("these files are not in the repository and stay: upload.jpg"))
        let left = try FileManager.default.contentsOfDirectory(atPath: site)
        #expect(!left.contains("index.html") && !left.contains(".git") && left.contains("upload.jpg"))
        #expect(left.contains("git-before-releases"))
        #expect(try server.command("deploy", "blog").ending == .exited(0))
        #expect(
            try server.command("releases", "blog", "--cleanup", "--nginx", server.folder("served")).errors
                .contains("has no old work tree"))
    }
}
