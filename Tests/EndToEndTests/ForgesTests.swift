import Foundation
import Testing

@Suite struct `a push from any forge` {
    @Test(arguments: ForgePush.all) func `is deployed at both hooks, and recorded in the access log and the ledger`(
        _ push: ForgePush
    ) throws {
        let server = try ConfiguredServer.withHooks()
        for (number, hook) in BaitedHook.all.enumerated() {
            let commit = try server.forge.push("edition \(number)")
            let delivery = try push.delivery(of: ForgePush.News(commit: commit), secret: hook.secret)

            let reply = try server.post(delivery, to: hook.target)

            #expect(reply.status == 200)
            #expect(reply["Bellpull-Outcome"] == "deployed")
            #expect(reply["Bellpull-Commit"] == commit)
            let entry = try #require(try server.web.log.entries(number + 1).last)
            #expect(entry.delivery == delivery[push.id] && entry.outcome == "deployed")
            let recorded = try server.ledger("SELECT forge, forge_id FROM delivery ORDER BY id")
            #expect(recorded.count == number + 1 && recorded.last == "\(push.forge)|\(delivery[push.id])")
        }
    }

    @Test func `deploys only the followed branch if Bitbucket sends it among hostile names`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let commit = try server.forge.push("second")
        let names = (HostileNames.all + ["main"]).map {
            $0.replacing("MARK", with: server.folder("mark"))
        }
        let changes = names.flatMap { name in
            ["branch", "tag", name].map { type in
                ["new": ["type": type, "name": name, "target": ["hash": name == "main" ? commit : name]]]
            }
        }
        let payload: [String: Any] = ["repository": ["full_name": "alice/blog"], "push": ["changes": changes]]
        let body = try JSONSerialization.data(withJSONObject: payload)

        let reply = try server.post(ForgePush.bitbucket.delivery(of: body, secret: GitHubDelivery.secret))

        #expect(reply["Bellpull-Outcome"] == "deployed")
        #expect(try server.site("blog").head == commit)
        #expect(!FileManager.default.fileExists(atPath: server.folder("mark")))
    }

    @Test func `is answered 200 if it fails and came from GitLab, which disables hooks that fail`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        try server.site("blog").write("edited on the server", to: "index.html")
        let news = ForgePush.News(commit: try server.forge.push("second"))
        let reply = try server.post(ForgePush.gitlab.delivery(of: news, secret: GitHubDelivery.secret))
        #expect(reply.status == 200)
        #expect(reply["Bellpull-Outcome"] == "failed")
    }
}
