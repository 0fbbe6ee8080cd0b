internal import Synchronization

/// The news of an answered delivery.
public struct DeliveryNotice: Sendable, Codable, Equatable {
    /// The site whose own hook took the delivery; `nil` for the shared hook.
    public let hook: String?
    /// The outcome, such as `ping`, `deployed` or `rejected`.
    public let outcome: String
    /// The event, as the forge calls it; `nil` if the delivery names none.
    public let event: String?
    /// The sites that the delivery concerns, separated by commas; `nil` if none is known.
    public let sites: String?
    /// The reason, if the outcome has one. Printable ASCII.
    public let reason: String?

    init(hook: String?, _ report: Report) {
        self.hook = hook
        outcome = report.outcome.description
        event = report.event?.description
        sites = report.site?.description
        reason = report.reason?.description
    }
}

/// Tells listeners of each answered delivery, verified or rejected. Stores nothing. Costs one atomic load per delivery while
/// nobody listens.
public final class DeliveryFeed: Observer {
    /// Takes a notice, without waiting. Returns whether the listener goes on.
    public typealias Listener = @Sendable (DeliveryNotice) -> Bool

    private let listeners = Mutex<[Listener]>([])
    private let count = Atomic<Int>(0)

    /// Creates a feed without listeners.
    public init() {}

    /// Adds `listener`.
    public func listen(_ listener: @escaping Listener) {
        listeners.withLock {
            $0.append(listener)
            count.store($0.count, ordering: .releasing)
        }
    }

    /// Tells the listeners of the delivery.
    public func note(_ delivery: AnsweredDelivery) {
        publish(DeliveryNotice(hook: delivery.hook, delivery.report))
    }

    /// Tells the listeners of the notice.
    func publish(_ notice: @autoclosure () -> DeliveryNotice) {
        guard count.load(ordering: .acquiring) > 0 else { return }
        let notice = notice()
        listeners.withLock {
            $0.removeAll { !$0(notice) }
            count.store($0.count, ordering: .releasing)
        }
    }
}
