import TestSupport
import Foundation
import Git

@testable import Deploy

/// A ledger and a dispatcher for catch-up, and its events.
class CatchUpStage {
    let home: TemporaryLedger
    let timers = TimerQueue()
    let dispatcher: Dispatcher
    let events = CatchUpEvents()

    /// Short enough for a test to wait for several intervals.
    let interval = Duration.milliseconds(50)

    init() throws {
        home = try TemporaryLedger()
        dispatcher = Dispatcher(ledger: home.ledger, limit: 4)
    }

    func catchUp(firstRetry: Duration = .seconds(60)) -> CatchUp {
        CatchUp(dispatcher: dispatcher, timers: timers, firstRetry: firstRetry) { [events] in events.note($0) }
    }

    func finish(_ catchUp: CatchUp) {
        catchUp.stop()
        dispatcher.drain(within: .seconds(5))
        timers.stop()
    }

    func site(_ blog: Blog) -> Site {
        Site(name: "blog", path: blog.site, timeout: .seconds(20), catchUp: interval)
    }

    func isDeployed(_ commit: Commit) throws -> Bool {
        try Observation.eventually {
            try home.ledger.deployments(of: "blog", limit: 1).first?.commit == commit
        }
    }
}
