import Foundation
import Synchronization
import TestSupport

/// A thread that sends deliveries, each with a different body, until an answer is missing or bad.
final class DeliverySender: Sendable {
    private struct State {
        var acknowledged: [String] = []
        var failure: String?
    }

    private let state: Mutex<State>

    /// Starts to send pushes of `commit` to `port`, under the delivery ids `name-1`, `name-2` and so on.
    ///
    /// GitLab's deliveries hold the secret itself, so that the sender need not start openssl for each.
    init(port: UInt16, commit: String, name: String) throws {
        state = Mutex(State())
        let payload = try JSONSerialization.data(
            withJSONObject: ForgePush.gitlab.payload(ForgePush.News(commit: commit)))
        Thread.detachNewThread { [self] in
            var number = 0
            while state.withLock({ $0.failure == nil }) {
                number += 1
                send(payload, id: "\(name)-\(number)", to: port)
            }
        }
    }

    /// The ids of the deliveries with status 200 or 202 and another outcome than failed.
    var acknowledged: [String] { state.withLock(\.acknowledged) }

    /// Waits for the end of the thread, and returns the status and outcome of the last answer, or the error.
    func waitForFailure() -> String? {
        _ = Observation.eventually { state.withLock { $0.failure != nil } }
        return state.withLock(\.failure)
    }

    private func send(_ payload: Data, id: String, to port: UInt16) {
        do {
            let body = Data("{\"id\":\"\(id)\",".utf8) + payload.dropFirst()
            let delivery = try ForgePush.gitlab.delivery(of: body, secret: GitHubDelivery.secret, id: id)
            let request = RawHTTP.request(headers: delivery.headers, body: delivery.body)
            let reply = try RawHTTP(port: port, request).reply()
            let outcome = reply["Bellpull-Outcome"]
            state.withLock {
                if [200, 202].contains(reply.status), outcome != "failed" {
                    $0.acknowledged.append(id)
                } else {
                    $0.failure = [String(reply.status), outcome].compactMap(\.self).joined(separator: " ")
                }
            }
        } catch {
            state.withLock { $0.failure = "\(error)" }
        }
    }
}
