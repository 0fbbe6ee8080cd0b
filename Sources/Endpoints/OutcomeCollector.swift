internal import Deploy
internal import Synchronization

/// Collects the outcomes of one delivery at all concerned sites.
final class OutcomeCollector: Sendable {
    private struct State {
        var outcomes: [(site: Site, outcome: DeliveryOutcome)] = []
        /// The outcomes of sites with deployments that wait for their remote, by the site's name.
        var waiting: [String: DeliveryOutcome] = [:]
        /// How many sites have no outcome yet.
        var missing: Int
    }

    private let state: Mutex<State>

    /// Creates a collector for `count` sites.
    init(of count: Int) {
        state = Mutex(State(missing: count))
    }

    /// Adds the outcome at `site`. Returns whether all final outcomes have arrived.
    func add(_ outcome: DeliveryOutcome, at site: Site) -> Bool {
        state.withLock { state in
            state.waiting[site.name] = outcome.isFinal ? nil : outcome
            guard outcome.isFinal else { return false }
            state.outcomes.append((site, outcome))
            state.missing -= 1
            return state.missing == 0
        }
    }

    /// Whether a deployment for the delivery has ended.
    var hasFinished: Bool {
        state.withLock { state in
            state.outcomes.contains { _, outcome in
                switch outcome {
                case .finished(.interrupted, _), .duplicate, .ignored, .queued: false
                case .finished: true
                }
            }
        }
    }

    /// The report on the delivery: the most serious outcome so far. While sites are missing, only a failure is more
    /// serious than the running deployments.
    var report: Report {
        let (outcomes, waiting, missing) = state.withLock { ($0.outcomes, $0.waiting.values, $0.missing) }
        let worst = outcomes.max { $0.outcome.severity < $1.outcome.severity }
        // A remote that lags explains more than a running deployment.
        let unfinished = waiting.first ?? .queued
        guard let worst, missing == 0 || worst.outcome.severity > DeliveryOutcome.queued.severity else {
            return Report(unfinished)
        }
        guard outcomes.count + missing > 1, case .finished(.failed(let failure), _) = worst.outcome else {
            return Report(worst.outcome)
        }
        return Report(
            .finished(.failed(Failure("\(worst.site.name): \(failure.message)", hint: failure.hint))))
    }
}

extension DeliveryOutcome {
    /// How serious the outcome is, compared with others of the same delivery.
    fileprivate var severity: Int {
        switch self {
        case .ignored: 0
        case .duplicate: 1
        case .finished(.unchanged, _), .finished(.skipped, _), .finished(.pinned, _),
            .finished(.cancelled, _):
            2
        case .finished(.deployed, _): 3
        case .queued, .finished(.waiting, _): 4
        case .finished(.interrupted, _): 5
        case .finished(.failed, _): 6
        }
    }
}
