import Foundation
import TestSupport
import Testing

@Suite struct `a reload` {
    /// Writes the main file anew, and waits until Bellpull has loaded the file.
    private func reload(_ server: ConfiguredServer, _ main: String) throws {
        try server.configure("catch_up = \"0\"\n\(main)")
        try server.bellpull.program.signal(SIGHUP)
        #expect(try server.bellpull.says("reloaded;"))
    }

    @Test func `changes how large a body may be`() throws {
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nbody_limit = \"1KiB\"\n")
        let delivery = try GitHubDelivery(event: "ping", body: "{\"zen\": \"\(String(repeating: "o", count: 2000))\"}")
        #expect(try server.post(delivery).status == 413)
        try reload(server, "body_limit = \"4KiB\"\n")
        #expect(try server.post(delivery).status == 200)
    }

    @Test func `changes how many sites deploy at once`() throws {
        let settings = "answer_within = \"100ms\"\nparallel_deployments ="
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\"", "copy": "branch = \"main\""], main: "catch_up = \"0\"\n\(settings) 1\n",
            started: false)
        let ssh = try FakeSSH(in: server.folder)
        defer { try? ssh.goOn() }
        for name in ["blog", "copy"] {
            try server.site(name).git("remote", "set-url", "origin", FakeSSH.url)
            try ssh.isUsed(by: server.site(name))
        }
        try ssh.hang()
        try server.start()
        let commit = try server.forge.push("second")
        #expect(try server.post(.push(of: commit)).status == 202)
        _ = try ssh.group()
        #expect(try server.ledger("SELECT state FROM deployment ORDER BY state") == ["queued", "running"])

        try reload(server, "\(settings) 2\n")

        #expect(Observation.eventually { ssh.diary.count { $0.hasPrefix("begin") } == 2 })
        try ssh.goOn()
        for name in ["blog", "copy"] { #expect(try Observation.eventually { try server.site(name).head == commit }) }
    }

    /// Nothing else would end the deployment for a day.
    @Test func `ends the waiting deployment of a site that was removed`() throws {
        let main = "answer_within = \"300ms\"\n"
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\"", "gone": "branch = \"main\""], main: "catch_up = \"0\"\n\(main)")
        let before = try server.site("gone").head
        let commit = try server.forge.commit("second")
        #expect(try server.post(.push(of: commit, before: before)).status == 202)
        // After the third try, the site rests for 5 s. A reload during a try would leave the deployment alone.
        #expect(try Observation.eventually { try server.ledger(Self.query("tries")) == ["waiting|3"] })
        try FileManager.default.removeItem(atPath: server.folder("etc/sites/gone.toml"))

        try reload(server, main)

        #expect(
            try Observation.eventually {
                try server.ledger(Self.query("failure")) == ["failed|gone is no longer configured"]
            })
    }

    private static func query(_ column: String) -> String {
        "SELECT state, \(column) FROM deployment WHERE site = 'gone'"
    }
}
