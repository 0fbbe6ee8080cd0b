/// Where a configuration comes from: the command line, the environment, and the files these name.
public struct ConfigurationSource: Sendable {
    /// The main file where none is named.
    public static let defaultMainFile = "/etc/bellpull/bellpull.toml"

    /// The main file that the command line names, which then has to exist.
    public var mainFile: String?
    /// The environment variables.
    public var environment: [String: String]
    /// The values of those options that were given, by their names without dashes: `answer-within`, `timeout`, `drain`
    /// and `body-limit`.
    public var options: [String: String]
    /// Whether the command line has `--no-sha1`.
    public var refusesSHA1: Bool
    /// Whether the secrets are needed. Without, what has to do with them is not looked at.
    public var readsSecrets = true
    /// The credentials that systemd is known to pass to the service and this process, which is not the service, does not
    /// have; `nil` if it is the service. What they hold is then not looked at.
    public var unseenCredentials: Set<String>?
    /// The main file if neither the command line nor BELLPULL_CONFIG names one. It may be absent.
    public var fallbackMainFile: String

    /// The configuration that these describe.
    public init(
        mainFile: String? = nil, environment: [String: String], options: [String: String] = [:],
        refusesSHA1: Bool = false, fallbackMainFile: String = Self.defaultMainFile
    ) {
        self.mainFile = mainFile
        self.environment = environment
        self.options = options
        self.refusesSHA1 = refusesSHA1
        self.fallbackMainFile = fallbackMainFile
    }

    /// The variable `name`, unless it is empty.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
