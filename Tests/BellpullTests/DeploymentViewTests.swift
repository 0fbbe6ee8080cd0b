import Deploy
import Foundation
import Git
import TestSupport
import Testing

@testable import bellpull

@Suite struct `a deployment as JSON` {
    private let commit: Commit

    init() throws { commit = try Commit.fake(1) }

    private func record(
        _ state: DeploymentRecord.State, target: DeploymentRecord.Target? = nil, commit: Commit? = nil,
        started: TimeInterval? = nil, ended: TimeInterval? = nil, duration: Duration? = nil, failure: Failure? = nil
    ) -> DeploymentRecord {
        DeploymentRecord(
            id: 7, site: SiteOnHost(name: "blog", host: "www"), cause: .catchUp, state: state, target: target,
            commit: commit,
            queued: Date(timeIntervalSince1970: 0), started: started.map(Date.init(timeIntervalSince1970:)),
            ended: ended.map(Date.init(timeIntervalSince1970:)), duration: duration, failure: failure, deliveries: 3,
            output: "Fast-forward\n")
    }

    @Test func `has only the known facts`() throws {
        #expect(
            try Printer.json(DeploymentView(record(.queued))) == """
                {
                  "cause" : "catch-up",
                  "deliveries" : 3,
                  "id" : 7,
                  "queued" : "1970-01-01T00:00:00Z",
                  "site" : "blog",
                  "state" : "queued"
                }
                """)
    }

    @Test func `has all facts of a deployment that is over, and the output only where it is asked for`() throws {
        let deployed = record(
            .deployed, target: DeploymentRecord.Target(ref: "refs/heads/main", commit: commit), commit: commit,
            started: 1, ended: 2, duration: .milliseconds(1250))
        let view = DeploymentView(deployed, withOutput: true)
        #expect(view.ref == "refs/heads/main")
        #expect(view.target == commit.description)
        #expect(view.commit == commit.description)
        #expect(view.started == "1970-01-01T00:00:01Z")
        #expect(view.ended == "1970-01-01T00:00:02Z")
        #expect(view.durationMs == 1250)
        #expect(view.output == "Fast-forward\n")
        #expect(DeploymentView(deployed).output == nil)
    }

    @Test func `has the reason and the hint of a failure`() {
        let view = DeploymentView(record(.failed, failure: Failure("no route", hint: "git fetch")))
        #expect(view.reason == "no route")
        #expect(view.hint == "git fetch")
    }

    @Test func `is dated by its latest change`() {
        #expect(record(.queued).time == Date(timeIntervalSince1970: 0))
        #expect(record(.running, started: 5).time == Date(timeIntervalSince1970: 5))
        #expect(record(.failed, started: 5, ended: 6).time == Date(timeIntervalSince1970: 6))
    }

    @Test(arguments: [
        (DeploymentRecord.State.deployed, Terminal.Style.green), (.unchanged, .faint), (.failed, .red),
        (.queued, .yellow), (.running, .yellow), (.interrupted, .yellow),
    ])
    func `has a colour in a table`(state: DeploymentRecord.State, style: Terminal.Style) {
        #expect(record(state).stateCell.text == state.rawValue)
        #expect(record(state).stateCell.style == style)
    }
}
