internal import Deploy
internal import Synchronization

/// What comes of one delivery at all its sites.
final class OutcomeCollector: Sendable {
    private struct State {
        var outcomes: [(site: Site, outcome: Outcome)] = []
        var left: Int
    }

    private let state: Mutex<State>

    /// Nothing yet, of so many sites.
    init(of count: Int) {
        state = Mutex(State(left: count))
    }

    /// Takes what came of it at `site`, and says whether that was the last.
    func add(_ outcome: Outcome, at site: Site) -> Bool {
        state.withLock { state in
            state.outcomes.append((site, outcome))
            state.left -= 1
            return state.left == 0
        }
    }

    /// What to tell of it: the worst of what has come of it so far, at one site or at all; it still goes on where nothing
    /// has.
    var report: Report {
        let (outcomes, left) = state.withLock { ($0.outcomes, $0.left) }
        let worst = outcomes.max { $0.outcome.weight < $1.outcome.weight }
        guard let worst, left == 0 || worst.outcome.weight > Outcome.queued.weight else { return Report(.queued) }
        guard outcomes.count + left > 1, case .failed(let failure) = worst.outcome else { return Report(worst.outcome) }
        return Report(.failed(Failure("\(worst.site.name): \(failure.message)", hint: failure.hint)))
    }
}

extension Outcome {
    /// How much it matters beside others of the same delivery.
    fileprivate var weight: Int {
        switch self {
        case .ignored: 0
        case .duplicate: 1
        case .unchanged: 2
        case .deployed: 3
        case .queued: 4
        case .interrupted: 5
        case .failed: 6
        }
    }
}
