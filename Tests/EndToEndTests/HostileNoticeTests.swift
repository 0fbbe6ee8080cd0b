import Foundation
import TestSupport
import Testing

/// A committer chooses the name of the branch, the author, the message, and what the steps print.
@Suite struct `a site with a hostile committer` {
    private let receiver: FakeReceiver
    private let server: SteppedServer
    private let branch: String
    private let page: String

    init() throws {
        receiver = try FakeReceiver()
        try receiver.start()
        server = try SteppedServer("", started: false)
        let mark = server.folder("mark")
        branch = "m\"a'`touch${IFS}\(mark)`;$(touch${IFS}\(mark))|&<>\u{202e}\u{e4}"
        let line = "bad\"; touch \(mark); $(touch \(mark)) `touch \(mark)` \\ \u{1b}[2J\u{202e}gnp\u{7}"
        page = "\(line)\r\nSet-Cookie: a=b\n\(String(repeating: "long ", count: 2000))\n\(line)"
        for (name, content) in [("blog.token", "t0ken"), ("notify.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")] {
            try write(content, to: server.folder("etc/\(name)"))
            chmod(server.folder("etc/\(name)"), 0o600)
        }
        try Shell.writeExecutable(
            "#!/bin/sh\ncat >>\"$HOME/told\"; echo \"$#\" >>\"$HOME/count\"\n", to: server.folder("tell"))
        try server.server.configure(
            site: "blog",
            """
            branch = "\(branch.replacing("\"", with: "\\\""))"
            strategy = "release"
            remote = "\(server.forge.bare)"
            \(`a site that tells a program`.test)
            notify = ["\(server.folder("tell"))", "one"]
            notify_url = "\(receiver.address)/hook"
            notify_secret_file = "\(server.folder("etc/notify.secret"))"
            forge = "gitea"
            status_token_file = "\(server.folder("etc/blog.token"))"
            status_api = "\(receiver.address)/api/v1"
            """)
        try server.start()
    }

    private func push() throws -> String {
        let author = server.forge.author
        try author.write(page, to: "index.html")
        try author.git("add", "--all")
        try author.git(
            "commit", "--quiet", "--author", "$(touch \(server.folder("mark")))\u{202e}\" <a@'b>", "--message", page)
        try author.git("push", "--quiet", "origin", "HEAD:refs/heads/\(branch)")
        let news = ForgePush.News(commit: try author.head, ref: "refs/heads/\(branch)")
        let reply = try server.server.post(ForgePush.gitea.delivery(of: news, secret: GitHubDelivery.secret))
        #expect(reply["Bellpull-Outcome"] == "failed", "\(reply)")
        return try author.head
    }

    @Test func `harms no notice, no status and no log`() throws {
        let commit = try push()
        let requests = receiver.requests(3)
        #expect(requests.count == 3)

        let statuses = requests.filter { $0.path == "/api/v1/repos/alice/blog/statuses/\(commit)" }
        #expect(statuses.map { $0["state"] } == ["pending", "failure"])
        let description = try #require(statuses.last?["description"])
        #expect(description.hasPrefix("test failed with exit status 3: bad\"; touch") && description.count <= 255)
        let isVisible = description.unicodeScalars.allSatisfy {
            ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        #expect(isVisible, "\(description.debugDescription)")

        let webhook = try #require(requests.first { $0.path == "/hook" })
        let home = server.folder("state/notify/blog")
        #expect(try server.server.bellpull.says("notify ended site=blog deployment=1 event=failed"))
        let told = try #require(
            try JSONSerialization.jsonObject(with: Data(text(of: "\(home)/told").utf8)) as? [String: Any])
        for members in [webhook.members, told] {
            #expect(members["event"] as? String == "failed" && members["ref"] as? String == "refs/heads/\(branch)")
            #expect(members["target"] as? String == commit)
            let output = try #require(members["output"] as? String)
            #expect(output.contains("\u{1b}[2J\u{202e}gnp\u{7}") && output.utf8.count <= 4096)
            #expect((members["reason"] as? String)?.contains("$(touch ") == true)
        }
        #expect(try text(of: "\(home)/count") == "1\n", "nothing became an argument")
        #expect(webhook.headers["set-cookie"] == nil)

        let log = try server.server.bellpull.log
        let isSafe = log.unicodeScalars.allSatisfy {
            $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
        }
        #expect(isSafe, "\(log.debugDescription)")
        #expect(try server.server.web.log.entries(1).count == 1)
        #expect(access(server.folder("mark"), F_OK) != 0, "a shell ran what the committer wrote")
        #expect(Observation.eventually { (try? server.server.ledger("SELECT count(*) FROM notice")) == ["0"] })
    }
}
