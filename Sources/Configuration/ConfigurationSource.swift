/// The inputs of a configuration: the command line, the environment, and the files named there.
public struct ConfigurationSource: Sendable {
    /// The main file's path unless another path is given.
    public static let defaultMainFile = "/etc/bellpull/bellpull.toml"

    /// The main file from the command line, which must exist.
    public var mainFile: String?
    /// The environment variables.
    public var environment: [String: String]
    /// The values of the options on the command line, by the options' names without dashes: `answer-within`, `timeout`,
    /// `drain` and `body-limit`.
    public var options: [String: String]
    /// Whether the command line has `--no-sha1`.
    public var refusesSHA1: Bool
    /// Whether to read and check the secrets.
    public var readsSecrets = true
    /// Whether the environment files of the steps are read.
    public var readsVariables = true
    /// Whether there may be no site. A service needs one; a command that adds the first site does not.
    public var mayHaveNoSite = false
    /// The names of the credentials that systemd passes to the service and not to this process. Their contents are not
    /// checked. `nil` in the service.
    public var unseenCredentials: Set<String>?
    /// The sites in use so far. Of two sites in conflict, the site in use goes on, and the other site is rejected. If none
    /// or both are in use, both sites are rejected.
    public var sitesInUse: Set<SiteOrigin> = []
    /// Sites whose files are not written yet, to be read as if they were there.
    public var drafts: [SiteDraft] = []
    /// The main file if neither the command line nor BELLPULL_CONFIG names one. The file may be missing.
    public var fallbackMainFile: String

    /// Creates a source from the command line and the environment.
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

    /// The path of the main file: from the command line, else from BELLPULL_CONFIG, else the fallback.
    public var mainFilePath: String { mainFile ?? variable("BELLPULL_CONFIG") ?? fallbackMainFile }

    /// Returns the variable `name` unless the variable is empty.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
