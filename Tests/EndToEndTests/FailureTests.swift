import Foundation
import TestSupport
import Testing

@Suite struct `a push that cannot be pulled` {
    let site: ServedSite

    init() throws { site = try ServedSite() }

    @Test func `because of a conflict with a local commit leaves the site as it was`() throws {
        try conflictsWithTheServer()
    }

    @Test func `leaves the site as it was although a zombie is named git`() throws {
        let zombie = try Program(
            ["git", "version"], environment: Repository.environment(home: site.folder.path),
            output: site.folder("version"))
        #expect(Observation.eventually { Observation.state(of: zombie.pid) == "Z" })
        try conflictsWithTheServer()
        #expect(Observation.state(of: zombie.pid) == "Z")
    }

    @Test func `because of an uncommitted edit leaves the edit alone`() throws {
        try site.clone.write("half an idea", to: "index.html")

        try fails(
            because: "the clone has local changes: ",
            hint: "\(Pasted.git) -C \(site.clone.path) stash  # puts the changes aside")
        #expect(try site.visit().body == "half an idea")
    }

    @Test func `because of an untracked file leaves the file alone`() throws {
        try site.clone.write("notes", to: "about.html")

        try fails(
            because: "untracked files are in the way: about.html",
            hint: "install -d -o root \(site.clone.path).saved && mv ",
            page: "about.html")
        #expect(try site.visit("/about.html").body == "notes")
    }

    @Test func `because of a detached HEAD leaves HEAD detached`() throws {
        try site.clone.git("checkout", "--quiet", "--detach")

        try fails(
            because: "\(site.clone.path) is not on branch main", hint: "\(Pasted.git) -C \(site.clone.path) switch main"
        )
    }

    @Test func `is deployed by the next delivery after the cause is gone`() throws {
        try site.clone.write("half an idea", to: "index.html")
        let delivery = try GitHubDelivery.push(of: try site.forge.push("second"))
        #expect(try site.post(delivery).status == 500)

        try site.clone.git("restore", ".")

        #expect(try site.post(delivery)["Bellpull-Outcome"] == "deployed")
        #expect(try site.visit().body == "second")
    }

    private func conflictsWithTheServer() throws {
        try site.clone.write("edited on the server", to: "index.html")
        try site.clone.commit()
        try site.clone.git("config", "user.name", "bellpull")
        try site.clone.git("config", "user.email", "bellpull@localhost")

        try fails(
            because: "local commits in \(site.clone.path) conflict with main",
            hint: "\(Pasted.git) -C \(site.clone.path) pull --rebase  # then resolve the conflict")
        #expect(try site.visit().body == "edited on the server")
    }

    /// Expects a failed push, `reason` and `hint` in the reply, the reason in both logs, and an unchanged clone.
    private func fails(because reason: String, hint: String, page: String = "index.html") throws {
        let commit = try site.forge.push("second", page: page)
        let before = try site.clone.state

        let reply = try site.post(.push(of: commit))

        #expect(reply.status == 500)
        #expect(reply["Bellpull-Outcome"] == "failed")
        #expect(reply["Bellpull-Reason"]?.hasPrefix(reason) == true)
        let lines = reply.error?.split(separator: "\n") ?? []
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix(reason) == true)
        #expect(lines.last?.hasPrefix(hint) == true)
        #expect(try site.web.log.entries(1).first?.reason.hasPrefix(reason) == true)
        #expect(site.bellpull.says("error deployment failed site=blog"))
        #expect(try site.clone.state == before)
        for name in ["rebase-merge", "rebase-apply", "index.lock"] {
            #expect(!FileManager.default.fileExists(atPath: "\(site.clone.path)/.git/\(name)"))
        }
    }
}
