import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy
@testable import bellpull

@Suite struct `the status of the service` {
    private let commit: Commit

    init() throws { commit = try Commit.fake(1) }

    private func facts(_ change: (inout ServiceStatus.Facts) -> Void) -> String {
        var facts = ServiceStatus.Facts()
        change(&facts)
        return facts.text
    }

    @Test func `counts the sites, the failures and the mistakes`() {
        #expect(facts { _ in } == "0 sites")
        #expect(facts { $0.sites = ["blog"] } == "1 site")
        #expect(
            facts {
                $0.sites = ["a", "b", "c"]
                $0.mistakes = 1
                $0.record(.failed(Failure("no")), of: "a")
            } == "3 sites, 1 failed, 1 configuration mistake")
        #expect(facts { $0.mistakes = 2 } == "0 sites, 2 configuration mistakes")
    }

    @Test func `follows the last result of a site`() {
        var facts = ServiceStatus.Facts()
        facts.sites = ["a", "b"]
        facts.record(.failed(Failure("no")), of: "a")
        facts.record(.failed(Failure("no")), of: "a")
        facts.record(.failed(Failure("no")), of: "b")
        #expect(facts.text == "2 sites, 2 failed")
        facts.record(.waiting(for: "1a2b3c"), of: "a")
        facts.record(.interrupted, of: "a")
        #expect(facts.text == "2 sites, 2 failed")
        facts.record(.deployed(commit), of: "a")
        facts.record(.unchanged(commit), of: "b")
        #expect(facts.text == "2 sites")
    }

    @Test func `counts the failures of an earlier process, unless this process knows better`() {
        var facts = ServiceStatus.Facts()
        facts.sites = ["a", "b"]
        facts.record(.deployed(commit), of: "a")
        facts.recordEarlier(failed: ["a", "b", "removed"])
        #expect(facts.text == "2 sites, 1 failed")
    }

    @Test func `is sent when the service serves, and then whenever it changes`() throws {
        let folder = try TemporaryFolder()
        let socket = try NotifySocket(folder("notify"))
        let status = ServiceStatus(ServiceManager(environment: ["NOTIFY_SOCKET": socket.name]))
        let site = try Site.fake(FakeStrategy())
        func end(_ result: DeploymentResult) {
            let started = StartedDeployment(id: 1, announced: [], cause: .push, deliveries: 1)
            status.note(
                Dispatcher.Event.finished(
                    site, FinishedDeployment(started: started, result: result, duration: .zero)))
        }
        status.note(sites: [site], mistakes: 0)
        #expect(socket.messages.isEmpty)
        status.ready()
        end(.deployed(commit))
        end(.failed(Failure("no")))
        end(.failed(Failure("no")))
        status.note(CatchUp.Event.recovered(site, DeploymentRecord.Target(ref: "refs/heads/main", commit: commit)))
        status.stopping()
        end(.failed(Failure("no")))
        #expect(
            socket.messages == [
                "READY=1\nSTATUS=1 site", "STATUS=1 site, 1 failed", "STATUS=1 site",
                "STOPPING=1\nSTATUS=finishing running deployments",
            ])
    }
}
