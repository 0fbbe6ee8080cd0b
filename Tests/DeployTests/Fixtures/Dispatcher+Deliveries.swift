import TestSupport
import Foundation
import Git

@testable import Deploy

extension Dispatcher {
    /// Brings `site` to `commit` by a new delivery.
    func deploy(_ site: Site, to commit: Commit, answer: @escaping @Sendable (DeliveryOutcome) -> Void) {
        let body = Data((0..<32).map { _ in UInt8.random(in: 0...255) })
        let delivery = DeliveryRecord(digest: body, forge: "github", forgeID: nil, repository: "alice/blog")
        receive(delivery, for: [(site, .main(commit))], answer: answer)
    }

    /// Receives `delivery`, whose sender waits for the answers. A failure to record is also given as an answer.
    func receive(
        _ delivery: DeliveryRecord, for sites: [(site: Site, target: DeploymentRecord.Target)],
        answer: @escaping @Sendable (DeliveryOutcome) -> Void
    ) {
        receive(delivery, for: sites) { result in
            if case .failure(let error) = result { answer(.failed(Failure(error.message))) }
            return .waiting
        } answer: { _, outcome in
            answer(outcome)
        }
    }
}
