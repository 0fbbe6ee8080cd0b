public import Foundation

/// The configuration that a running service has loaded: the content of `loaded.json` in the state folder. Holds no secret.
///
/// The service writes the file at its start and after each reload, and replaces the file atomically. A service leaves the
/// file when it ends: only if the socket `control.sock` beside the file accepts connections does a service run.
public struct LoadedConfiguration: Codable, Sendable, Equatable {
    /// The name of the file in the state folder.
    public static let fileName = "loaded.json"
    /// The version of the format. A reader refuses other versions.
    public static let currentSchema = 1

    /// A site that the files name.
    public struct Site: Codable, Sendable, Equatable {
        /// Which settings of the site are in use.
        public enum State: String, Codable, Sendable {
            /// The settings of the files.
            case loaded
            /// Earlier settings, because the settings of the files have a mistake.
            case kept
            /// None, because the settings of the files have a mistake.
            case unusable
        }

        /// The name; `nil` if the name is the mistake.
        public let name: String?
        /// The clone's path; `nil` if the path is the mistake.
        public let path: String?
        /// The repository, such as `alice/blog`; `nil` if only the clone tells, and the clone could not be opened.
        public let repository: String?
        /// The followed branch, tag or pattern; `nil` like `repository`.
        public let follows: String?
        /// The strategy: `pull`, `mirror` or `release`; `nil` if the site is unusable.
        public let strategy: String?
        /// The place of the settings: a file, a file and line, or `REPO_PATH`.
        public let place: String
        /// Which settings are in use.
        public let state: State

        /// Creates a usable site. The arguments are as the service uses them.
        public init(_ settings: SiteSettings, repository: String?, follows: String?, isKept: Bool) {
            name = settings.name
            path = settings.path
            self.repository = repository
            self.follows = follows
            strategy = settings.strategy.rawValue
            place = settings.place
            state = isKept ? .kept : .loaded
        }

        /// Creates an unusable site.
        public init(_ rejected: RejectedSite) {
            name = rejected.name
            path = rejected.path
            (repository, follows, strategy) = (nil, nil, nil)
            place = rejected.place
            state = .unusable
        }
    }

    /// A mistake or a warning.
    public struct Issue: Codable, Sendable, Equatable {
        /// The file and, if known, the line; or the environment variable; or the option.
        public let place: String
        /// The fact, in one line.
        public let message: String
        /// The remedy.
        public let hint: String?

        /// Creates an issue.
        public init(_ issue: ConfigurationIssue) {
            (place, message, hint) = (issue.place, issue.message, issue.hint)
        }
    }

    /// The version of the format.
    public let schema: Int
    /// The process of the service.
    public let pid: Int32
    /// When the service last read the files, in whole seconds since 1970. A formatter for dates would take the service 3 MB
    /// of memory.
    public let time: Int
    /// How often the process has read the files, with or without mistakes. The start is the first time.
    public let loads: Int
    /// The path of the main file, whether it exists or not.
    public let mainFile: String
    /// Whether the last reading replaced the settings. If the main file has a mistake, all earlier settings stay in use.
    public let isApplied: Bool
    /// The sites: first the usable ones by name, then the unusable ones.
    public let sites: [Site]
    /// The mistakes of the last reading.
    public let mistakes: [Issue]
    /// Settings that work but should be changed.
    public let warnings: [Issue]

    /// Creates the facts about one reading of the files.
    public init(
        pid: Int32, time: Date, loads: Int, mainFile: String, isApplied: Bool, sites: [Site],
        mistakes: [ConfigurationIssue], warnings: [ConfigurationIssue]
    ) {
        schema = Self.currentSchema
        self.pid = pid
        self.time = Int(time.timeIntervalSince1970.rounded(.down))
        self.loads = loads
        self.mainFile = mainFile
        self.isApplied = isApplied
        self.sites = sites
        self.mistakes = mistakes.map(Issue.init)
        self.warnings = warnings.map(Issue.init)
    }

    /// Decodes the facts from JSON. Returns `nil` for another schema, and for anything else that is not such a JSON text.
    public init?(json: Data) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let decoded = try? decoder.decode(Self.self, from: json), decoded.schema == Self.currentSchema else {
            return nil
        }
        self = decoded
    }

    /// Reads `loaded.json` in `folder`. Returns `nil` if there is no readable file of this schema.
    public init?(inFolder folder: String) {
        guard let json = FileManager.default.contents(atPath: "\(folder)/\(Self.fileName)") else { return nil }
        self.init(json: json)
    }

    /// The facts as JSON, with names in `snake_case`.
    public var json: Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers can always be encoded.
        return (try? encoder.encode(self)) ?? Data()
    }

    /// The names and files of the usable sites.
    public var sitesInUse: Set<SiteOrigin> {
        Set(
            sites.filter { $0.state != .unusable }.compactMap { site in
                site.name.map { SiteOrigin(name: $0, place: site.place) }
            })
    }
}
