/// A shell command of a committer, and the files that the command may use.
///
/// All paths are absolute. The launcher receives the command as JSON.
public struct FencedCommand: Codable, Sendable {
    /// The text for `sh -c`.
    public var command: String
    /// The working directory.
    public var directory: String
    /// All variables of the command. The launcher only adds `TMPDIR`, a temporary folder of the command's own.
    public var environment: [String: String]
    /// The files and folders that the command may change.
    public var writable: [String]
    /// The files and folders, besides the system's, that the command may read.
    public var readable: [String]
    /// The folders whose names the command may list, with all folders in them, without reading files. Landlock alone needs them.
    public var listable: [String]?
    /// The home, which the command may change too. Created with mode 0700 if missing. Under systemd the home belongs to the
    /// step's user from the first command on.
    public var home: String
    /// The folders that belong to the step's user while the command runs, and to Bellpull's user afterwards.
    public var handedOver: [String]
    /// The folders that look empty to the command, except for the folders named above. Only another user's step needs them.
    public var hidden: [String]
    /// Whether the command runs as Bellpull's user without a fence.
    public var isUnfenced: Bool
    /// The time limit, in seconds.
    public var timeout: Double

    /// Creates a command.
    public init(
        command: String, directory: String, environment: [String: String], writable: [String], readable: [String] = [],
        listable: [String]? = nil, home: String, handedOver: [String] = [], hidden: [String] = [],
        isUnfenced: Bool = false, timeout: Double
    ) {
        self.command = command
        self.directory = directory
        self.environment = environment
        self.writable = writable
        self.readable = readable
        self.listable = listable
        self.home = home
        self.handedOver = handedOver
        self.hidden = hidden
        self.isUnfenced = isUnfenced
        self.timeout = timeout
    }
}
