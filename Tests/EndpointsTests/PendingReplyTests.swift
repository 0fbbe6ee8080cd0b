import TestSupport
import Dispatch
import FastCGI
import Foundation
import Git
import Logging
import Synchronization
import Testing

@testable import Deploy
@testable import Endpoints

@Suite struct `a pending reply` {
    /// Dangerous text in a payload, from a stranger or from a sender who knows the secret.
    private static let hostile = [
        "-x", "--upload-pack=touch /tmp/x", "../../x", "a\nb", "a\r\nBellpull-Outcome: deployed", "$(id)",
        "`id`",
        "\u{202e}niam", "\u{200f}", "\u{feff}", "\0", "\u{1b}[2J", "\" outcome=deployed \"", "\\", "é",
        String(repeating: "x", count: 10_240), String(repeating: "\u{202e}", count: 10_240),
    ]

    @Test(arguments: hostile)
    func `escapes all text of a payload`(_ text: String) async throws {
        for body in [
            Hook.push(ref: text), Hook.push(ref: "refs/heads/\(text)"), Hook.push(ref: "refs/heads/main\(text)"),
            Hook.push(repository: text), Hook.push(repository: "alice/blog\(text)"),
        ] {
            let stage = try Stage()
            let response = try await stage.answer(to: Hook(body: body))
            #expect(response.status == 200)
            #expect(response.body == "{}")
            #expect(response.header("Bellpull-Outcome") == "ignored")
            for header in response.headers { try expectPlain(header.value.description, limit: 200) }
            try expectPlain(try #require(stage.log.lines.first), limit: 1000)
        }
    }

    @Test(arguments: hostile)
    func `escapes all text of an event`(_ text: String) async throws {
        let stage = try Stage()
        let event = text.replacing(",", with: "").replacing("\0", with: "x")
        let response = try await stage.answer(to: Hook(event: event, body: "{}"))
        #expect(response.header("Bellpull-Outcome") == "ignored")
        for header in response.headers { try expectPlain(header.value.description, limit: 200) }
        try expectPlain(try #require(stage.log.lines.first), limit: 1000)
    }

    private func expectPlain(_ text: String, limit: Int) throws {
        #expect(text.utf8.count <= limit)
        #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    }

    @Test func `lets go of the web server's log after any reply`() throws {
        let released = Mutex(0)
        for reject in [true, false] {
            let exchange = Exchange(detachErrors: { released.withLock { $0 += 1 } }, send: { _ in })
            let reply = PendingReply(exchange: exchange, received: .now, observer: DeliveryLog(LogLines().logger))
            if reject { reply.reject(.missing, from: Params([:])) } else { reply.send(Report(200, "ping")) }
        }
        #expect(released.withLock(\.self) == 2)
    }

    @Test func `is one line in the log, at the level of its status`() async throws {
        let commit = try #require(Commit(Stage.commit))
        let stale = Hook(signatures: (sha256: try Hook.signature(of: "another body"), sha1: ""))
        let deliveries: [(stage: Stage, hook: Hook, level: Logger.Level, beginning: String)] = [
            (try Stage(outcome: .deployed(commit)), Hook(), .info, "delivery outcome=deployed status=200 site=blog "),
            (try Stage(outcome: .unchanged(commit)), Hook(), .info, "delivery outcome=unchanged status=200 site=blog "),
            (try Stage(), Hook(event: "ping"), .info, "delivery outcome=ping status=200 delivery=72d3162e-"),
            (try Stage(), Hook(event: "issues"), .info, "delivery outcome=ignored status=200 "),
            (try Stage(), Hook(body: "{"), .warning, "delivery outcome=malformed status=400 "),
            (try Stage(), Hook(contentType: "text/plain"), .warning, "delivery outcome=refused status=415 "),
            (try Stage(), stale, .warning, "delivery outcome=rejected status=401 delivery=72d3162e-"),
            (
                try Stage(outcome: .failed(Failure("no"))), Hook(), .error,
                "delivery outcome=failed status=500 site=blog "
            ),
            (try Stage(outcome: .interrupted), Hook(), .info, "delivery outcome=queued status=202 site=blog "),
        ]
        for (stage, hook, level, beginning) in deliveries {
            _ = try await stage.answer(to: hook)
            stage.dispatcher.waitUntilIdle()
            #expect(stage.log.levels == [level], "\(beginning)")
            #expect(stage.log.lines.first?.hasPrefix(beginning) == true, "\(stage.log.lines)")
        }
    }

    @Test func `explains only in the log why the delivery was not verified`() async throws {
        let wrong = try Hook.signature(of: "another body")
        for (signature, reason) in [
            ("", "no signature"), ("x", "the signature header is malformed"),
            (wrong, "the signature does not match the body and the secret"),
        ] {
            let stage = try Stage()
            _ = try await stage.answer(to: Hook(signatures: (sha256: signature, sha1: "")))
            #expect(stage.log.lines.first?.hasSuffix("reason=\"\(reason)\"") == true)
        }
    }

    @Test func `shows neither the secret nor the signature`() async throws {
        let body = Hook.push()
        let right = try Hook.signature(of: body).dropFirst(7)
        let wrong = try Hook.signature(of: "another body").dropFirst(7)
        let failure = try Stage(outcome: .failed(Failure("no")))
        for signature in [right, wrong, wrong.dropLast()] {
            let hook = Hook(body: body, signatures: (sha256: "sha256=\(signature)", sha1: ""))
            let response = try await failure.answer(to: hook)
            let told = failure.log.lines + [response.body] + response.headers.map(\.value.description)
            for secret in [Stage.secret, String(right), String(wrong), String(signature)] {
                #expect(!told.contains { $0.contains(secret) })
            }
        }
        #expect(failure.log.lines.count == 3)
    }

    @Test func `is sent and logged once, even if several senders race`() {
        for _ in 0..<200 {
            let log = LogLines()
            let sent = Mutex<[Int]>([])
            let exchange = Exchange { response in sent.withLock { $0.append(response.status) } }
            let pending = PendingReply(exchange: exchange, received: .now, observer: DeliveryLog(log.logger))
            DispatchQueue.concurrentPerform(iterations: 4) { index in
                switch index {
                case 0: pending.send(Report(.queued))
                case 1: pending.send(Report(.interrupted))
                case 2: pending.send(.ping)
                default: pending.reject(.missing, from: Params([:]))
                }
            }
            #expect(sent.withLock { $0.count } == 1)
            #expect(log.lines.count == 1)
            #expect(log.lines.first?.contains("status=\(sent.withLock { $0.first } ?? 0)") == true)
        }
    }
}
