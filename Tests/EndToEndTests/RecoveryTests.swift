import Foundation
import TestSupport
import Testing

@Suite struct `a Bellpull that was killed` {
    /// Returns whether every deployment has ended and the ledger is intact.
    private func isSettled(_ server: ConfiguredServer) throws -> Bool {
        try server.ledger("SELECT count(*) FROM deployment WHERE ended IS NULL") == ["0"]
            && server.ledger("PRAGMA integrity_check") == ["ok"] && server.ledger("PRAGMA foreign_key_check") == []
    }

    @Test func `during a pull deploys the push after its restart`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""])
        let ssh = try FakeSSH(in: server.folder)
        defer { try? ssh.goOn() }
        try server.site("blog").git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: server.site("blog"))
        try ssh.hang()
        let commit = try server.forge.push("second")
        let request = try server.send(.push(of: commit))
        let group = try ssh.group()

        try server.killBellpull()
        kill(-group.id, SIGKILL)
        #expect(try request.reply().status == 502)
        #expect(try server.ledger("SELECT state FROM deployment") == ["running"])
        try ssh.goOn()
        try server.start()

        #expect(try Observation.eventually { try server.site("blog").head == commit && isSettled(server) })
        #expect(try server.ledger("SELECT state FROM deployment ORDER BY id") == ["interrupted", "deployed"])
        #expect(try server.post(.push(of: commit))["Bellpull-Outcome"] == "duplicate")
    }

    /// A killed git leaves the lock of the index.
    @Test func `and left the lock of git behind deploys the push after its restart`() throws {
        let server = try ConfiguredServer(["blog": "branch = \"main\""], started: false)
        let commit = try server.forge.push("second")
        try write("", to: server.folder("sites/blog/.git/index.lock"))
        try server.start()
        #expect(try server.post(.push(of: commit))["Bellpull-Outcome"] == "deployed")
    }

    @Test func `between answer and deployment deploys the queued push after its restart`() throws {
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nanswer_within = \"100ms\"\n")
        let ssh = try FakeSSH(in: server.folder)
        defer { try? ssh.goOn() }
        try server.site("blog").git("remote", "set-url", "origin", FakeSSH.url)
        try ssh.isUsed(by: server.site("blog"))
        try ssh.hang()
        #expect(try server.post(.push(of: try server.forge.push("second"))).status == 202)
        let commit = try server.forge.push("third")
        #expect(try server.post(.push(of: commit)).status == 202)

        try server.killBellpull()
        kill(-(try ssh.group().id), SIGKILL)
        #expect(try server.ledger("SELECT state FROM deployment ORDER BY id") == ["running", "queued"])
        try ssh.goOn()
        try server.start()

        #expect(try Observation.eventually { try server.site("blog").head == commit && isSettled(server) })
        #expect(try server.ledger("SELECT count(*) FROM delivery_deployment") == ["3"])
    }

    @Test func `while it took deliveries keeps and deploys each delivery that it had acknowledged`() throws {
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nanswer_within = \"10ms\"\n")
        // The first answers come during the pull, the later ones after it.
        for round in 1...5 {
            let commit = try server.forge.push("round \(round)")
            let senders = try (1...4).map {
                try DeliverySender(port: server.web.port, commit: commit, name: "\(round)-\($0)")
            }
            // Bellpull dies at a random moment after some answers, while the senders continue to send.
            let count = Int.random(in: 1...40)
            let isBusy = Observation.eventually { senders.reduce(0) { $0 + $1.acknowledged.count } >= count }
            #expect(isBusy, "\(count) deliveries were not acknowledged")
            usleep(.random(in: 0...20_000))
            try server.killBellpull()
            #expect(senders.allSatisfy { $0.waitForFailure() == "502" })

            let acknowledged = Set(senders.flatMap(\.acknowledged))
            #expect(!acknowledged.isEmpty)
            let recorded = Set(try server.ledger("SELECT forge_id FROM delivery"))
            #expect(acknowledged.subtracting(recorded).isEmpty)

            try server.start()
            #expect(try Observation.eventually { try server.site("blog").head == commit && isSettled(server) })
            let deployed = Set(try server.ledger(deployedDeliveries(commit)))
            #expect(acknowledged.subtracting(deployed).isEmpty)
        }
    }

    /// Returns a query for the forge's ids of all deliveries that led to a deployment of `commit`.
    private func deployedDeliveries(_ commit: String) -> String {
        """
        SELECT forge_id FROM delivery
        JOIN delivery_deployment ON delivery_deployment.delivery = delivery.id
        JOIN deployment ON deployment.id = delivery_deployment.deployment
        WHERE state IN ('deployed', 'unchanged') AND deployment."commit" = '\(commit)'
        """
    }
}
