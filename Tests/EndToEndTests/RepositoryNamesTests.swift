import Foundation
import TestSupport
import Testing

/// A site whose file may lack `repository`, and whose remote is the URL of a host.
@Suite struct `a site at a host` {
    private func server(remote: String, repository: String? = nil) throws -> ConfiguredServer {
        let server = try ConfiguredServer(["blog": ""], started: false)
        let site = server.site("blog")
        // Runs git-upload-pack here, whatever the host and the path in the URL.
        try site.git("config", "core.sshCommand", "git-upload-pack '\(server.forge.bare)'; :")
        try site.git("config", "ssh.variant", "ssh")
        try site.git("remote", "set-url", "origin", remote)
        let line = repository.map { "repository = \"\($0)\"\n" } ?? ""
        try write("\(line)path = \"\(site.path)\"\n", to: server.folder("etc/sites/blog.toml"))
        try server.start()
        return server
    }

    private func outcome(of repository: String, at server: ConfiguredServer) throws -> String? {
        let news = ForgePush.News(
            commit: try server.forge.push("edition for \(repository) \(UUID())"), repository: repository)
        return try server.post(ForgePush.gitlab.delivery(of: news, secret: GitHubDelivery.secret))["Bellpull-Outcome"]
    }

    @Test func `in GitLab's nested groups is deployed by pushes of its own project, and by no other`() throws {
        let server = try server(remote: "git@gitlab.example.invalid:team/web/blog.git")
        let site = server.site("blog")
        let before = try site.head
        for other in ["web/blog", "blog", "team/blog", "other/team/web/blog"] {
            #expect(try outcome(of: other, at: server) == "ignored", "\(other)")
        }
        #expect(try site.head == before)
        #expect(try outcome(of: "Team/web/blog", at: server) == "deployed")
        #expect(try site.head != before)
    }

    @Test func `without an owner in the URL is deployed if its file names the repository`() throws {
        let server = try server(remote: "blog-host:blog.git", repository: "alice/blog")
        #expect(try outcome(of: "alice/blog", at: server) == "deployed")
        #expect(try outcome(of: "bob/blog", at: server) == "ignored")
        let check = try server.command("check", "blog")
        #expect(!check.output.contains("but the configuration expects"), "\(check.output)")
    }

    @Test func `without an owner in the URL is told to name the repository`() throws {
        let server = try server(remote: "blog-host:blog.git")
        #expect(try outcome(of: "alice/blog", at: server) == "failed")
        #expect(try server.bellpull.says("ends in blog, without an owner, so no push can be matched to it"))
        let check = try server.command("check", "blog")
        #expect(
            check.output.contains(
                "repository = \"OWNER/blog\" in the site's file, or \(Pasted.git) -C \(server.site("blog").path) "))
    }
}
