public import Logging

/// Logs one line per delivery.
public struct DeliveryLog: Observer {
    private let logger: Logger

    /// Creates a log that writes to `logger`.
    public init(_ logger: Logger) { self.logger = logger }

    /// Logs the delivery.
    public func note(_ delivery: AnsweredDelivery) {
        logger.log(level: delivery.level, Logger.Message(stringLiteral: delivery.line))
    }
}
