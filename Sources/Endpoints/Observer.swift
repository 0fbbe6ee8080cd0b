public import Deploy

/// Is told what happens, such as the log and the metrics. Must not wait: the teller may be a thread that takes deliveries, or the
/// thread that writes to the ledger.
public protocol Observer: Sendable {
    /// Receives each answered delivery, verified or not.
    func note(_ delivery: AnsweredDelivery)
    /// Receives each event of the deployments.
    func note(_ event: Dispatcher.Event)
    /// Receives each event of catch-up.
    func note(_ event: CatchUp.Event)
    /// Receives each error when the ledger is read.
    func note(_ error: LedgerError)
}

extension Observer {
    /// Ignores the delivery.
    public func note(_ delivery: AnsweredDelivery) {}
    /// Ignores the event.
    public func note(_ event: Dispatcher.Event) {}
    /// Ignores the event.
    public func note(_ event: CatchUp.Event) {}
    /// Ignores the error.
    public func note(_ error: LedgerError) {}
}

/// Tells several observers, in order.
public struct Observers: Observer {
    private let all: [any Observer]

    /// Creates a fan-out to `all`.
    public init(_ all: [any Observer]) { self.all = all }

    /// Passes the delivery on.
    public func note(_ delivery: AnsweredDelivery) { for observer in all { observer.note(delivery) } }
    /// Passes the event on.
    public func note(_ event: Dispatcher.Event) { for observer in all { observer.note(event) } }
    /// Passes the event on.
    public func note(_ event: CatchUp.Event) { for observer in all { observer.note(event) } }
    /// Passes the error on.
    public func note(_ error: LedgerError) { for observer in all { observer.note(error) } }
}
