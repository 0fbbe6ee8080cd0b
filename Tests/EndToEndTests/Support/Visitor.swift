import Foundation
import Synchronization
import TestSupport

/// A visitor who asks for the page of a site 200 times a second.
final class Visitor: Sendable {
    /// What the visitor has seen.
    struct View {
        /// When the answer was complete.
        let time: Date
        let status: Int
        let text: String
    }

    private let seen = Mutex<[View]>([])
    private let isDone = Counter()
    private let port: UInt16
    private let visits = Mutex<Running?>(nil)

    /// Starts the visits.
    init(of server: SteppedServer) {
        port = server.server.web.port
        visits.withLock { visits in visits = Running { [self] in try visit() } }
    }

    private func visit() throws {
        while isDone.value == 0 {
            let due = ContinuousClock.now + .milliseconds(5)
            let reply = try RawHTTP(port: port, RawHTTP.request("GET", "/")).reply()
            seen.withLock { $0.append(View(time: Date(), status: reply.status, text: reply.body)) }
            let left = ContinuousClock.now.duration(to: due) / .microseconds(1)
            if left > 0 { usleep(UInt32(left)) }
        }
    }

    /// Ends the visits, and returns what the visitor has seen. The last visit begins after the call.
    func leave() throws -> [View] {
        // One visit may be under way already.
        let enough = seen.withLock(\.count) + 2
        _ = Observation.eventually { seen.withLock(\.count) >= enough }
        isDone.add(1)
        guard visits.withLock({ $0 })?.isSuccess() == true else { throw Trouble("a visit failed") }
        return seen.withLock { $0 }
    }
}
