import Synchronization

/// Counts calls, with their times and how many ran at once.
final class Looks: Sendable {
    private struct State {
        var times: [ContinuousClock.Instant] = []
        var now = 0
        var most = 0
    }

    private let state = Mutex(State())

    var times: [ContinuousClock.Instant] { state.withLock(\.times) }
    var count: Int { times.count }
    var most: Int { state.withLock(\.most) }

    func look<Found>(_ body: () throws -> Found) rethrows -> Found {
        state.withLock { state in
            state.times.append(.now)
            state.now += 1
            state.most = max(state.most, state.now)
        }
        defer { state.withLock { $0.now -= 1 } }
        return try body()
    }
}
