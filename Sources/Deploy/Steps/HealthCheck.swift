/// How a release is checked once visitors get it.
public struct HealthCheck: Sendable, Equatable {
    /// What is checked.
    public enum Subject: Sendable, Equatable {
        /// The answer at an address: its status, and a text in its body.
        case address(String, status: Int, text: String?)
        /// A command that must exit with 0.
        case command(SiteSteps.Step)
    }

    /// What is checked.
    public let subject: Subject
    /// How often the check is repeated after it failed, as an application needs time to start; `nil` for as often as the time
    /// allows.
    public let retries: Int?
    /// The longest time for the check with all its repetitions.
    public let timeout: Duration

    /// Creates a check.
    public init(_ subject: Subject, retries: Int?, timeout: Duration) {
        self.subject = subject
        self.retries = retries
        self.timeout = timeout
    }

    /// The command; `nil` for an address.
    var step: SiteSteps.Step? {
        if case .command(let step) = subject { step } else { nil }
    }

    /// How long to wait before the repetition `number`, counted from 1: from a tenth of a second to a second.
    static func pause(before number: Int) -> Duration {
        min(.milliseconds(100) * (1 << min(number - 1, 4)), .seconds(1))
    }
}
