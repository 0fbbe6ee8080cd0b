import TestSupport
import Testing

@Suite struct `a push without a delivery` {
    @Test func `is deployed after the next start`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], main: "", started: false)
        let commit = try server.forge.push("second")
        try server.start()
        #expect(try Observation.eventually { try server.site("blog").head == commit })
        #expect(try server.bellpull.says("catch-up found a missed push"))
        #expect(
            try Observation.eventually {
                try server.ledger("SELECT cause, state FROM deployment") == ["catch-up|deployed"]
            })
    }

    @Test func `is deployed by the next catch-up`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\"\ncatch_up = \"1s\""], started: false)
        let ssh = try FakeSSH(in: server.folder)
        try server.site("blog").git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: server.site("blog"))
        try server.start()
        // Waits for the end of the first catch-up, which cannot have found the push.
        #expect(Observation.eventually { ssh.diary.contains { $0.hasPrefix("end") } })
        let commit = try server.forge.push("second")
        #expect(try Observation.eventually { try server.site("blog").head == commit })
    }
}
