import TestSupport
import Deploy
import Foundation
import Git
import Synchronization
import Testing
import Webhook

@testable import FastCGI

@Suite struct `the webhook endpoint` {
    private let commit: Commit

    init() throws { commit = try #require(Commit(Stage.commit)) }

    @Test func `answers 200 after the push is deployed`() async throws {
        let stage = try Stage(outcome: .deployed(commit))
        let response = try await stage.answer(to: Hook())
        #expect(response.status == 200)
        #expect(response.body == "{}")
        #expect(response.header("Bellpull-Outcome") == "deployed")
        #expect(response.header("Bellpull-Site") == "blog")
        #expect(response.header("Bellpull-Commit") == Stage.commit)
        #expect(response.header("Bellpull-Delivery") == "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        #expect(response.header("Bellpull-Event") == "push")
        #expect(response.header("Bellpull-Reason") == nil)
        #expect(response.header("Bellpull-Duration-Ms").flatMap { Int($0) } != nil)
    }

    @Test func `deploys the announced commit`() async throws {
        let stage = try Stage { announced, _ in announced.first.map(DeploymentResult.deployed) ?? .interrupted }
        let other = String(repeating: "a", count: 40)
        let response = try await stage.answer(to: Hook(body: Hook.push(after: other)))
        #expect(response.header("Bellpull-Commit") == other)
    }

    @Test func `answers 200 if the deployment finds the site at the commit`() async throws {
        let response = try await Stage(outcome: .unchanged(commit)).answer(to: Hook())
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Outcome") == "unchanged")
        #expect(response.header("Bellpull-Commit") == Stage.commit)
    }

    @Test func `deploys nothing if the site is at the commit before`() async throws {
        let response = try await Stage(deployed: commit).answer(to: Hook())
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Outcome") == "unchanged")
        #expect(response.header("Bellpull-Site") == "blog")
    }

    @Test(arguments: [
        (Hook.push(repository: "alice/shop"), "no site follows repository alice/shop"),
        (Hook.push(repository: "mallory/blog"), "no site follows repository mallory/blog"),
        (Hook.push(repository: ""), #"no site follows repository\u{20}"#),
        (Hook.push(ref: "refs/heads/docs"), "refs/heads/docs is not followed; the site follows main"),
        (Hook.push(ref: "refs/heads/Main"), "refs/heads/Main is not followed; the site follows main"),
        (Hook.push(ref: "refs/heads/main/x"), "refs/heads/main/x is not followed; the site follows main"),
        (Hook.push(ref: "refs/tags/main"), "refs/tags/main is not a branch"),
        (Hook.push(ref: "main"), "main is not a branch"),
        (Hook.push(after: String(repeating: "0", count: 40), deleted: true), "refs/heads/main was deleted"),
        (Hook.push(deleted: true), "refs/heads/main was deleted"),
    ])
    func `ignores a push that does not concern the site`(_ body: String, reason: String) async throws {
        let response = try await Stage().answer(to: Hook(body: body))
        #expect(response.status == 200)
        #expect(response.body == "{}")
        #expect(response.header("Bellpull-Outcome") == "ignored")
        #expect(response.header("Bellpull-Reason") == reason)
    }

    @Test func `compares repositories without regard to case`() async throws {
        let response = try await Stage(outcome: .deployed(commit))
            .answer(to: Hook(body: Hook.push(repository: "Alice/Blog")))
        #expect(response.header("Bellpull-Outcome") == "deployed")
    }

    @Test func `ignores an unknown event`() async throws {
        let response = try await Stage().answer(to: Hook(event: "issues", body: "{}"))
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Outcome") == "ignored")
        #expect(response.header("Bellpull-Event") == "issues")
        #expect(response.header("Bellpull-Reason") == "the event issues is not a push")
    }

    @Test func `answers a ping with 200`() async throws {
        let response = try await Stage().answer(to: Hook(event: "ping", body: #"{"zen":"Half measures"}"#))
        #expect(response.status == 200)
        #expect(response.body == "{}")
        #expect(response.header("Bellpull-Outcome") == "ping")
    }

    @Test func `accepts a push in a form`() async throws {
        let payload = Hook.push().addingPercentEncoding(withAllowedCharacters: []) ?? ""
        let hook = Hook(contentType: "application/x-www-form-urlencoded", body: "payload=\(payload)")
        let response = try await Stage(outcome: .deployed(commit)).answer(to: hook)
        #expect(response.header("Bellpull-Outcome") == "deployed")
    }

    @Test func `answers 202 when the time for an answer is up, and continues the deployment`() async throws {
        let isEnough = Atomic(false)
        let isDeployed = Atomic(false)
        let stage = try Stage(answerWithin: .milliseconds(50)) { [commit] _, _ in
            while !isEnough.load(ordering: .relaxed) { usleep(1000) }
            isDeployed.store(true, ordering: .relaxed)
            return .deployed(commit)
        }
        let response = try await stage.answer(to: Hook())
        #expect(response.status == 202)
        #expect(response.body == "{}")
        #expect(response.header("Bellpull-Outcome") == "queued")
        #expect(response.header("Bellpull-Site") == "blog")
        #expect(response.header("Bellpull-Commit") == nil)
        #expect(response.header("Bellpull-Reason") == "the delivery is recorded, and the deployment has not ended yet")
        let duration = try #require(response.header("Bellpull-Duration-Ms").flatMap { Int($0) })
        #expect((50..<2000).contains(duration))

        isEnough.store(true, ordering: .relaxed)
        stage.dispatcher.waitUntilIdle()
        let wentOn = isDeployed.load(ordering: .relaxed)
        #expect(wentOn)
        #expect(stage.log.lines.count == 1)
    }

    @Test func `answers 500 with the problem and the remedy`() async throws {
        let failure = Failure("the clone has local \"changes\"\nin é", hint: "git -C /srv/blog status")
        let response = try await Stage(outcome: .failed(failure)).answer(to: Hook())
        #expect(response.status == 500)
        let body = try JSONDecoder().decode([String: String].self, from: Data(response.body.utf8))
        #expect(body == ["error": "the clone has local \"changes\"\nin é\ngit -C /srv/blog status"])
        #expect(response.header("Bellpull-Outcome") == "failed")
        #expect(response.header("Bellpull-Reason") == #"the clone has local \"changes\""#)
        #expect(response.header("Bellpull-Site") == "blog")
        #expect(response.header("Bellpull-Commit") == nil)
    }

    @Test func `answers 202 to an interrupted deployment, which is recorded`() async throws {
        let hasBegun = Atomic(false)
        let stage = try Stage { _, limits in
            hasBegun.store(true, ordering: .relaxed)
            while !limits.cancellation.isCancelled { usleep(1000) }
            return .interrupted
        }
        async let answer = stage.answer(to: Hook())
        while !hasBegun.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(1)) }
        stage.dispatcher.drain(within: .zero)
        let response = try await answer
        #expect(response.status == 202)
        #expect(response.body == "{}")
        #expect(response.header("Bellpull-Outcome") == "queued")
        let reason = "the delivery is recorded; bellpull is stopping and deploys after its next start"
        #expect(response.header("Bellpull-Reason") == reason)
        #expect(try stage.ledger.ledger.unfinishedSites() == ["blog"])
    }

    @Test func `answers 200 to a redelivery of a deployed push`() async throws {
        let stage = try Stage(outcome: .deployed(commit))
        #expect(try await stage.answer(to: Hook()).header("Bellpull-Outcome") == "deployed")
        stage.dispatcher.waitUntilIdle()
        let response = try await stage.answer(to: Hook(id: "another"))
        #expect(response.status == 200)
        #expect(response.header("Bellpull-Outcome") == "duplicate")
        #expect(response.header("Bellpull-Delivery") == "another")
        #expect(response.header("Bellpull-Reason") == "the same delivery arrived before, and the site is at its commit")
    }
}
