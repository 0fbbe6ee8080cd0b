import Deploy
import Git
import Testing

@testable import Endpoints
@testable import FastCGI

@Suite struct `a report of an outcome` {
    @Test(
        arguments: [
            (.queued, 202, "queued", nil), (.interrupted, 202, "queued", nil), (.duplicate, 200, "duplicate", nil),
            (.ignored(.deletion("refs/heads/x")), 200, "ignored", nil),
            (.finished(.skipped("no")), 200, "skipped", nil), (.finished(.pinned("no")), 200, "pinned", nil),
            (.finished(.cancelled(by: "1a2b3c")), 200, "cancelled", nil),
            (.failed(Failure("no")), 500, "failed", "no"),
            (.failed(Failure("no", hint: "yes")), 500, "failed", "no\nyes"),
        ] as [(DeliveryOutcome, Int, String, String?)])
    func `has its status and word`(_ outcome: DeliveryOutcome, status: Int, word: String, error: String?) {
        let report = Report(outcome)
        #expect(report.status == status)
        #expect(report.outcome.description == word)
        #expect(report.error?.text == error)
        #expect(report.commit == nil)
    }

    @Test(
        arguments: [
            (.queued, "the delivery is recorded, and the deployment has not ended yet"),
            (.interrupted, "the delivery is recorded; bellpull is stopping and deploys after its next start"),
            (.duplicate, "the same delivery arrived before, and the site is at its commit"),
            (.ignored(.noPushes), "no branch or tag moved"),
            (.finished(.skipped("the message says so")), "the message says so"),
            (.finished(.pinned("pinned by alice")), "pinned by alice"),
            (.finished(.cancelled(by: "1a2b3c")), "a newer push, of 1a2b3c, ended the build"),
            (.failed(Failure("no", hint: "yes")), "no"),
        ] as [(DeliveryOutcome, String)])
    func `has the reason`(_ outcome: DeliveryOutcome, reason: String) {
        #expect(Report(outcome).reason?.description == reason)
    }

    @Test func `asks the sender to come back later if a delivery cannot be recorded`() {
        let report = Report(LedgerError("the disk is full", hint: "make room"))
        #expect(report.status == 503)
        #expect(report.outcome.description == "unrecorded")
        #expect(report.error?.text == "the disk is full\nmake room")
        #expect(report.response(after: 0).header("Retry-After") == "60")
        #expect(Report(LedgerError("no")).error?.text == "no")
    }

    @Test func `names the commit of the site`() throws {
        let commit = try #require(Commit(Stage.commit))
        for outcome in [DeliveryOutcome.deployed(commit), .unchanged(commit)] {
            #expect(Report(outcome).status == 200)
            #expect(Report(outcome).commit?.description == Stage.commit)
        }
    }
}
