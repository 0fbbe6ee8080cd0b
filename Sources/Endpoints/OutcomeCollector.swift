internal import Deploy
internal import Synchronization

/// Collects the outcomes of one delivery at all concerned sites.
final class OutcomeCollector: Sendable {
    private struct State {
        var outcomes: [(site: Site, outcome: DeliveryOutcome)] = []
        /// How many sites have no outcome yet.
        var missing: Int
    }

    private let state: Mutex<State>

    /// Creates a collector for `count` sites.
    init(of count: Int) {
        state = Mutex(State(missing: count))
    }

    /// Adds the outcome at `site`. Returns whether all outcomes have arrived.
    func add(_ outcome: DeliveryOutcome, at site: Site) -> Bool {
        state.withLock { state in
            state.outcomes.append((site, outcome))
            state.missing -= 1
            return state.missing == 0
        }
    }

    /// The report on the delivery: the most serious outcome so far. While sites are missing, only a failure is more
    /// serious than the running deployments.
    var report: Report {
        let (outcomes, missing) = state.withLock { ($0.outcomes, $0.missing) }
        let worst = outcomes.max { $0.outcome.severity < $1.outcome.severity }
        guard let worst, missing == 0 || worst.outcome.severity > DeliveryOutcome.queued.severity else {
            return Report(.queued)
        }
        guard outcomes.count + missing > 1, case .finished(.failed(let failure)) = worst.outcome else {
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
        case .finished(.unchanged): 2
        case .finished(.deployed): 3
        case .queued: 4
        case .finished(.interrupted): 5
        case .finished(.failed): 6
        }
    }
}
