import Foundation
import TestSupport
import Testing

@Suite struct `a configuration without a site` {
    @Test func `starts, warns, and takes the first site at a reload`() throws {
        let server = try ConfiguredServer([:])
        #expect(try server.bellpull.log.contains("no site is configured"))
        let commit = try server.forge.push("one more")
        #expect(try server.post(.push(of: commit))["Bellpull-Outcome"] == "ignored")

        _ = try server.forge.clone(to: server.folder("sites/blog"))
        try server.configure(site: "blog", "branch = \"main\"")
        #expect(try server.command("reload").output == "reloaded, 1 site\n")

        let second = try server.forge.push("another")
        #expect(try server.post(.push(of: second))["Bellpull-Outcome"] == "deployed")
    }

    @Test func `lets the last site go at a reload`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        unlink(server.folder("etc/sites/blog.toml"))
        let result = try server.command("reload")
        #expect(result.ending == .exited(0))
        #expect(result.errors.contains("no site is configured"))
        let commit = try server.forge.push("another")
        #expect(try server.post(.push(of: commit))["Bellpull-Outcome"] == "ignored")
    }

    @Test func `needs no secret`() throws {
        let server = try ConfiguredServer([:], started: false)
        try write("# nothing\n", to: server.folder("etc/bellpull.toml"))
        try server.start()
        #expect(try server.post(.push(of: try server.forge.push("one more"))).status == 404)
        #expect(try server.command("check", "--configuration-only").ending == .exited(0))
    }
}
