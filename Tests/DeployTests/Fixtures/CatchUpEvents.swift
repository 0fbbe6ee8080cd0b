import Synchronization

@testable import Deploy

/// The events of catch-up, in words.
final class CatchUpEvents: Sendable {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }

    func note(_ event: CatchUp.Event) {
        let words =
            switch event {
            case .missed(let site, let target): "\(site.name) missed \(target.ref) \(target.commit)"
            case .unreachable(let site, let failure, let next): "\(site.name) in \(next): \(failure.message)"
            case .recovered(let site, let target): "\(site.name) recovered \(target.ref) \(target.commit)"
            case .reachable(let site): "\(site.name) reachable"
            }
        self.words.withLock { $0.append(words) }
    }
}
