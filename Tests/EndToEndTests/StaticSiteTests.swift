import Foundation
import Testing

@Suite struct `a static site behind nginx` {
    let site: ServedSite

    init() throws { site = try ServedSite() }

    @Test(arguments: [
        "/.git/config", "/.git/HEAD", "/.git/", "/.git", "/%2egit/config", "//.git/config", "/./.git/config",
        "/x/../.git/config", "/.git%2fconfig", "/.env", "/docs/.htpasswd",
    ])
    func `hides dot files`(path: String) throws {
        try site.clone.write("secret", to: ".env")
        try site.clone.write("secret", to: "docs/.htpasswd")

        let reply = try site.visit(path)

        #expect(reply.status == 404)
        #expect(!reply.body.contains("secret") && !reply.body.contains("[core]"))
    }

    @Test func `shows the challenge of a certificate authority`() throws {
        let commit = try site.forge.push("token", page: ".well-known/acme-challenge/abc")
        #expect(try site.post(.push(of: commit)).status == 200)

        #expect(try site.visit("/.well-known/acme-challenge/abc").body == "token")
    }

    @Test func `does not show the server's files through committed links`() throws {
        for (link, target) in [("passwd", "/etc/passwd"), ("etc", "/etc"), ("config", ".git/config")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(site.forge.author.path)/\(link)", withDestinationPath: target)
        }
        let commit = try site.forge.push("second")
        #expect(try site.post(.push(of: commit))["Bellpull-Outcome"] == "deployed")
        #expect(try text(of: "\(site.clone.path)/passwd").contains("root:"))

        for path in ["/passwd", "/etc/passwd", "/config"] {
            let reply = try site.visit(path)
            #expect([403, 404].contains(reply.status))
            #expect(!reply.body.contains("root:") && !reply.body.contains("[core]"))
        }
        #expect(try site.visit().body == "second")
    }
}
