internal import Synchronization

/// The systemd unit of this Bellpull: `bellpull`, or `bellpull@alice` for the instance of the user alice. Remedies name the unit.
public struct ServiceUnit: Sendable, Equatable, CustomStringConvertible {
    /// The user of the instance; `nil` for the Bellpull of the whole machine.
    public let instance: String?

    /// Creates the unit of an instance, or of the Bellpull of the whole machine.
    public init(instance: String? = nil) { self.instance = instance }

    /// The unit of this process.
    public static var current: ServiceUnit { assumed ?? chosen.withLock(\.self) }

    /// Sets the unit of this process.
    public static func choose(_ unit: ServiceUnit) { chosen.withLock { $0 = unit } }

    private static let chosen = Mutex(ServiceUnit())

    /// The unit that a test assumes.
    @TaskLocal package static var assumed: ServiceUnit?

    /// The name without suffix, as systemctl(1) takes it for a service.
    public var description: String { instance.map { "bellpull@\($0)" } ?? "bellpull" }

    /// The name of the service, such as `bellpull.service`.
    public var service: String { "\(self).service" }

    /// The name of the socket, such as `bellpull.socket`.
    public var socket: String { "\(self).socket" }

    /// The beginning of a command for this Bellpull: `bellpull`, or `bellpull --instance alice`.
    public var command: String { instance.map { "bellpull --instance \($0)" } ?? "bellpull" }
}
