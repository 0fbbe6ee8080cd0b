import Deploy
import Git
import Testing

@testable import Endpoints

@Suite struct `a report of an outcome` {
    @Test(
        arguments: [
            (.queued, 202, "queued", nil), (.ignored(.deletion("refs/heads/x")), 200, "ignored", nil),
            (.failed(Failure("no")), 500, "failed", "no"),
            (.failed(Failure("no", hint: "yes")), 500, "failed", "no\nyes"),
            (.interrupted, 503, "interrupted", "bellpull is shutting down; deliver again"),
        ] as [(Outcome, Int, String, String?)])
    func `says what became of the push`(_ outcome: Outcome, status: Int, word: String, error: String?) {
        let report = Report(outcome)
        #expect(report.status == status)
        #expect(report.outcome.description == word)
        #expect(report.error == error)
        #expect(report.commit == nil)
    }

    @Test func `names the commit that the site is at`() throws {
        let commit = try #require(Commit(Stage.commit))
        for outcome in [Outcome.deployed(commit), .unchanged(commit)] {
            #expect(Report(outcome).status == 200)
            #expect(Report(outcome).commit?.description == Stage.commit)
        }
    }
}
