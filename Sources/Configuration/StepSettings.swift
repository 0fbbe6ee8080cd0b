internal import Text

/// The commands that a site runs when it is deployed.
public struct StepSettings: Sendable, Equatable {
    /// One command.
    public struct Step: Sendable, Equatable {
        /// The command, for `sh -c`.
        public let command: String
        /// The longest time that the command may take.
        public let timeout: Duration
        /// Whether the command runs without the fence.
        public let isUnfenced: Bool
    }

    /// The check of a release that is live.
    public struct Health: Sendable, Equatable {
        /// The address, or the command, as written.
        public let step: Step
        /// Whether `step` is an address.
        public let isAddress: Bool
        /// The expected status of the answer.
        public let status: Int
        /// The text that the answer must contain; `nil` for any text.
        public let text: String?
        /// How often a failed check is repeated; `nil` for as often as the time allows.
        public let retries: Int?
    }

    /// Runs before the release is live.
    public internal(set) var build: Step?
    /// Runs after the build.
    public internal(set) var test: Step?
    /// Checks the release when it is live.
    public internal(set) var health: Health?
    /// Runs when the site is live and healthy.
    public internal(set) var after: Step?
    /// The path of the environment file; `nil` for none, and if the file was not to be read.
    public internal(set) var environmentFile: String?
    /// The variables of the environment file.
    public internal(set) var variables: [String: String] = [:]
    /// Further files and folders that the commands may read.
    public internal(set) var readable: [String] = []
    /// Further files and folders that the commands may read and write.
    public internal(set) var writable: [String] = []
    /// Whether a newer push ends a running build.
    public internal(set) var cancelsOnNewer = false

    private static let names = ["build", "test", "health", "after"]

    /// Creates the settings of a site without steps.
    init() {}

    /// Whether the site runs no command.
    public var isEmpty: Bool { build == nil && test == nil && health == nil && after == nil }

    /// Reads the keys about steps in `section`. An error leaves the default.
    init(_ section: Section, readsVariables: Bool, _ diagnostics: inout Diagnostics) {
        let unfenced = Self.unfenced(section, &diagnostics)
        func step(
            _ key: Key, _ timeout: Key, default fallback: Duration, _ diagnostics: inout Diagnostics
        ) -> Step? {
            let timeout = section.duration(timeout, default: fallback, &diagnostics)
            guard let command = Self.command(key, section, &diagnostics) else { return nil }
            return Step(command: command, timeout: timeout, isUnfenced: unfenced.contains(key.name))
        }
        build = step(.build, .buildTimeout, default: .seconds(600), &diagnostics)
        test = step(.test, .testTimeout, default: .seconds(300), &diagnostics)
        after = step(.after, .afterTimeout, default: .seconds(300), &diagnostics)
        let health = step(.health, .healthTimeout, default: .seconds(30), &diagnostics)
        self.health = Self.health(health, section, &diagnostics)
        cancelsOnNewer = Self.cancelsOnNewer(section, &diagnostics)
        readable = Self.paths(.allowRead, section, &diagnostics)
        writable = Self.paths(.allowWrite, section, &diagnostics)
        if readsVariables {
            let file = StepVariables(section, &diagnostics)
            (environmentFile, variables) = (file.path, file.variables)
        }
        refuseKeysWithoutStep(section, &diagnostics)
    }

    private static func command(_ key: Key, _ section: Section, _ diagnostics: inout Diagnostics) -> String? {
        guard let text = section.text(key, &diagnostics) else { return nil }
        if text.allSatisfy(\.isWhitespace) {
            diagnostics.error(at: section.place(of: key), "\(key.name) is empty", hint: key.line)
            return nil
        }
        return text
    }

    private static func health(_ step: Step?, _ section: Section, _ diagnostics: inout Diagnostics) -> Health? {
        let status = section.number(.healthStatus, in: 100...599, &diagnostics)
        let text = section.text(.healthText, &diagnostics)
        let retries = section.number(.healthRetries, in: 0...1000, &diagnostics)
        guard let step else { return nil }
        let isAddress = Self.isAddress(step.command)
        if isAddress, step.command.contains(where: \.isWhitespace) || SitePath.hasInvisibleCharacters(step.command) {
            diagnostics.error(
                at: section.place(of: .health), "health is not a valid address: \(step.command.escapedForDisplay)",
                hint: Key.health.line)
        }
        if isAddress, step.isUnfenced {
            diagnostics.error(
                at: section.place(of: .unfenced), "unfenced contains health, but the health check is an address",
                hint: "remove health from unfenced: a request to an address needs no fence")
        }
        for key in [Key.healthStatus, .healthText] where !isAddress && section.contains(key) {
            diagnostics.error(
                at: section.place(of: key), "\(key.name) needs an address, but health is a command",
                hint: "remove \(key.name), or write \(Key.health.line)")
        }
        return Health(step: step, isAddress: isAddress, status: status ?? 200, text: text, retries: retries)
    }

    /// Whether `health` is an address, whose scheme may be in upper case (RFC 3986, section 3.1).
    private static func isAddress(_ text: String) -> Bool {
        let start = text.prefix(8).lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
    }

    private static func unfenced(_ section: Section, _ diagnostics: inout Diagnostics) -> [String] {
        let texts = section.texts(.unfenced, &diagnostics) ?? []
        if let unknown = texts.first(where: { !names.contains($0) }) {
            diagnostics.error(
                at: section.place(of: .unfenced), "unfenced contains \(unknown.escapedForDisplay), which is no step",
                hint: "the steps are \(names.joined(separator: ", "))")
        } else if let missing = texts.first(where: { !section.contains(Key.step($0)) }) {
            diagnostics.error(
                at: section.place(of: .unfenced), "unfenced contains \(missing), but the site has no \(missing)",
                hint: "remove \(missing) from unfenced, or write \(Key.step(missing).line)")
        } else if let twice = texts.first(where: { text in texts.count { $0 == text } > 1 }) {
            diagnostics.error(
                at: section.place(of: .unfenced), "unfenced contains \(twice) twice", hint: "name each step once")
        }
        return texts
    }

    private static func cancelsOnNewer(_ section: Section, _ diagnostics: inout Diagnostics) -> Bool {
        guard let text = section.text(.onNewer, &diagnostics) else { return false }
        if text == "finish" || text == "cancel" { return text == "cancel" }
        section.refuse(
            .onNewer, text, "on_newer is neither finish nor cancel: \(text.escapedForDisplay)",
            hint: "\(Key.onNewer.line), or on_newer = \"finish\"", &diagnostics)
        return false
    }

    private static func paths(_ key: Key, _ section: Section, _ diagnostics: inout Diagnostics) -> [String] {
        let paths = section.texts(key, &diagnostics) ?? []
        for path in paths where SitePath(path) == nil {
            diagnostics.error(
                at: section.place(of: key),
                "\(key.name) contains a path that is not absolute: \(path.escapedForDisplay)",
                hint: key.line)
        }
        return paths
    }

    /// A key without the step that it is about is a mistake: the step was forgotten, or misspelt.
    private func refuseKeysWithoutStep(_ section: Section, _ diagnostics: inout Diagnostics) {
        let about: [(Key, Key)] = [
            (.buildTimeout, .build), (.testTimeout, .test), (.healthTimeout, .health), (.healthStatus, .health),
            (.healthText, .health), (.healthRetries, .health), (.afterTimeout, .after), (.onNewer, .build),
        ]
        for (key, step) in about where section.contains(key) && !section.contains(step) {
            guard key != .onNewer || !section.contains(.test) else { continue }
            diagnostics.error(
                at: section.place(of: key), "\(key.name) needs \(step.name)",
                hint: "remove \(key.name), or write \(step.line)")
        }
        refuseKeysWithoutCommand(section, &diagnostics)
    }

    /// A key about commands without a command that it concerns would give a false sense of what steps may do.
    private func refuseKeysWithoutCommand(_ section: Section, _ diagnostics: inout Diagnostics) {
        guard diagnostics.errors.isEmpty else { return }
        let commands = [build, test, health.flatMap { $0.isAddress ? nil : $0.step }, after].compactMap(\.self)
        for key in [Key.environmentFile, .allowRead, .allowWrite] where section.contains(key) {
            if commands.isEmpty {
                diagnostics.error(
                    at: section.place(of: key),
                    health == nil ? "\(key.name) needs a step" : "\(key.name) needs a step that is a command",
                    hint: "remove \(key.name), or write \(Key.build.line)")
            } else if key != .environmentFile, commands.allSatisfy(\.isUnfenced) {
                diagnostics.error(
                    at: section.place(of: key), "\(key.name) has no effect: all steps run without the fence",
                    hint: "remove \(key.name), or remove unfenced")
            }
        }
    }
}
