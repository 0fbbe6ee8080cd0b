import Foundation
import TestSupport
import Testing

/// A forge may deliver a push before its git servers show the commit.
@Suite struct `a push that the remote does not show yet` {
    /// - Parameter answerWithin: long enough for a deployment on a busy machine, if a test expects one.
    private func server(_ main: String = "", answerWithin: String = "300ms") throws -> ConfiguredServer {
        try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nanswer_within = \"\(answerWithin)\"\n\(main)")
    }

    @Test func `is answered with 202 and deployed by itself`() throws {
        let server = try server()
        let before = try server.site("blog").head
        let commit = try server.forge.commit("second")
        let reply = try server.send(.push(of: commit, before: before)).reply()
        #expect(reply.status == 202 && reply["Bellpull-Outcome"] == "waiting")
        #expect(reply["Bellpull-Reason"] == "the remote does not show \(commit.prefix(6)) yet")
        #expect(try server.site("blog").head == before)
        let status = try server.command("status")
        #expect(status.output.contains("waiting") && status.output.contains("does not show \(commit.prefix(6)) yet"))
        try server.forge.push()
        #expect(try Observation.eventually { try server.site("blog").head == commit })
        #expect(
            try Observation.eventually {
                try server.ledger("SELECT state, tries > 0 FROM deployment") == ["deployed|1"]
            })
        #expect(try server.bellpull.says("deployment waiting site=blog"))
    }

    @Test func `is answered with 200 if the remote shows the commit in time`() throws {
        let server = try ConfiguredServer(
            ["blog": "branch = \"main\""], main: "catch_up = \"0\"\nanswer_within = \"20s\"\n")
        let before = try server.site("blog").head
        let commit = try server.forge.commit("second")
        let request = try server.send(.push(of: commit, before: before))
        #expect(
            try Observation.eventually { try server.ledger("SELECT state FROM deployment") == ["waiting"] })
        try server.forge.push()
        let reply = try request.reply()
        #expect(reply.status == 200 && reply["Bellpull-Outcome"] == "deployed" && reply["Bellpull-Commit"] == commit)
    }

    @Test func `is deployed after a restart`() throws {
        let server = try server()
        let before = try server.site("blog").head
        let commit = try server.forge.commit("second")
        #expect(try server.send(.push(of: commit, before: before)).reply().status == 202)
        try server.killBellpull()
        try server.forge.push()
        try server.start()
        #expect(
            try Observation.eventually(within: .seconds(20)) { try server.site("blog").head == commit })
    }

    @Test func `does not hold up the next push, which may never have contained the commit`() throws {
        let server = try server(answerWithin: "4s")
        let before = try server.site("blog").head
        let lost = try server.forge.commit("lost")
        #expect(try server.send(.push(of: lost, before: before)).reply().status == 202)
        try server.forge.author.git("reset", "--quiet", "--hard", before)
        let commit = try server.forge.push("second")
        let reply = try server.send(.push(of: commit, before: before)).reply()
        // Or the next try for the lost commit has deployed it already.
        #expect(reply.status == 200 && ["deployed", "unchanged"].contains(reply["Bellpull-Outcome"]), "\(reply.text)")
        #expect(try server.site("blog").head == commit)
    }

    @Test func `asks the remote although the same body was delivered before`() throws {
        let server = try server(answerWithin: "20s")
        let x = try server.site("blog").head
        let a = try server.forge.push("second")
        let there = try GitHubDelivery.push(of: a, before: x, id: "1")
        #expect(try server.send(there).reply()["Bellpull-Outcome"] == "deployed")
        try server.forge.author.git("reset", "--quiet", "--hard", x)
        try server.forge.push()
        #expect(try server.send(.push(of: x, before: a, id: "2")).reply()["Bellpull-Outcome"] == "deployed")
        #expect(try server.site("blog").head == x)
        try server.forge.author.git("reset", "--quiet", "--hard", a)
        try server.forge.push()
        #expect(try server.send(there).reply()["Bellpull-Outcome"] == "deployed")
        #expect(try server.site("blog").head == a)
        #expect(try server.send(there).reply()["Bellpull-Outcome"] == "duplicate")
        // A person sets the clone back and presses Redeliver.
        try server.site("blog").git("reset", "--quiet", "--hard", x)
        #expect(try server.send(there).reply()["Bellpull-Outcome"] == "deployed")
        #expect(try server.site("blog").head == a)
    }
}
