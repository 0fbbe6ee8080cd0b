import Configuration
import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy
@testable import bellpull

@Suite struct `the log of deployments` {
    private let log = LogLines()
    private let blog = Site(name: "blog", path: "/srv/blog", timeout: .seconds(60))
    private let commit: Commit

    init() throws { commit = try Commit.fake(1) }

    private func finished(_ result: DeploymentResult) -> Dispatcher.Event {
        let started = StartedDeployment(
            id: 7, announced: [DeploymentRecord.Target(ref: "refs/heads/main", commit: commit)], cause: .push,
            deliveries: 2)
        return .finished(
            blog, FinishedDeployment(started: started, result: result, duration: .milliseconds(1250)))
    }

    private let facts = "site=blog deployment=7 cause=push deliveries=2 duration_ms=1250"

    @Test func `has a line for each end of a deployment`() {
        let failure = Failure("the remote cannot be reached", hint: "git fetch")
        for result in [DeploymentResult.deployed(commit), .unchanged(commit), .failed(failure), .interrupted] {
            ServiceLog(log.logger).note(finished(result))
        }
        #expect(
            log.all == [
                "info updated to c00000 \(facts)",
                "info already at c00000 \(facts)",
                #"error deployment failed \#(facts) reason="the remote cannot be reached""#,
                "warning deployment interrupted \(facts)",
            ])
    }

    @Test func `tells why a deployment was not started`() {
        ServiceLog(log.logger).note(.notStarted(blog, LedgerError("the disk is full")))
        #expect(log.all == [#"error deployment not started site=blog reason="the disk is full""#])
    }

    @Test func `quotes a reason so that it stays one value of one line`() {
        ServiceLog(log.logger).note(finished(.failed(Failure("say \"no\"\n<0>forged site=shop \u{1b}[2J"))))
        let reason = #"reason="say \"no\"\u{a}<0>forged site=shop \u{1b}[2J""#
        #expect(log.all == ["error deployment failed \(facts) \(reason)"])
    }

    @Test func `tells what catch-up finds`() {
        ServiceLog(log.logger).note(.missed(blog, DeploymentRecord.Target(ref: "refs/heads/main", commit: commit)))
        ServiceLog(log.logger).note(.unreachable(blog, Failure("no route"), next: .seconds(90)))
        ServiceLog(log.logger).note(.reachable(blog))
        ServiceLog(log.logger).note(.recovered(blog, DeploymentRecord.Target(ref: "refs/heads/main", commit: commit)))
        #expect(
            log.all == [
                "info catch-up found a missed push site=blog commit=c00000",
                #"warning catch-up cannot reach the remote site=blog reason="no route" next=90s"#,
                "info catch-up can reach the remote again site=blog",
                "info catch-up found the site up to date site=blog commit=c00000",
            ])
    }

    @Test func `has a line for each issue and for each hint`() {
        let issues = [
            ConfigurationIssue("/etc/bellpull/bellpull.toml:3", "there is no key brnach here", hint: "branch = …"),
            ConfigurationIssue("BELLPULL_TIMEOUT", "BELLPULL_TIMEOUT is soon"),
        ]
        log.logger.note(issues, .warning)
        #expect(
            log.all == [
                "warning /etc/bellpull/bellpull.toml:3: there is no key brnach here",
                #"warning hint: branch = \u{2026}"#, "warning BELLPULL_TIMEOUT is soon",
            ])
    }

    @Test func `is in the journal's format only if standard error is the journal`() throws {
        let folder = try TemporaryFolder()
        let descriptor = open(folder("log"), O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        #expect(Log.isJournal(descriptor, stream: "\(status.st_dev):\(status.st_ino)"))
        for stream in [nil, "", "\(status.st_dev):\(status.st_ino + 1)", "\(status.st_dev + 1):\(status.st_ino)"] {
            #expect(!Log.isJournal(descriptor, stream: stream))
        }
        #expect(!Log.isJournal(-1, stream: "0:0"))
    }
}
