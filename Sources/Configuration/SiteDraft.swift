internal import Text

/// The content of a site's file that is not written yet.
public struct SiteDraft: Sendable {
    /// The name of the site.
    public let name: String
    /// The lines of the file.
    public let text: String
    /// The settings that the lines stand for.
    public let settings: SiteSettings
    /// The value of `secret_file`, if the lines have it.
    public let secretFile: String?

    /// Reads `text`, the content of the file `path`, as a service does. Reads no secret.
    ///
    /// - Throws: every mistake in `text`.
    public init(name: String, text: String, path: String) throws(ConfigurationError) {
        var source = ConfigurationSource(environment: [:])
        source.readsSecrets = false
        source.readsVariables = false
        let reader = SiteReader(
            secrets: SecretReader(source: source), timeout: .seconds(300), catchUp: .seconds(900),
            historyAge: .seconds(90 * 86_400), readsVariables: false)
        let document: Document
        do {
            document = try Document(text, place: path.escapedForDisplay)
        } catch {
            throw ConfigurationError(issues: [error], warnings: [])
        }
        let section = Section(document)
        let site = reader.read(file: section, name: name)
        guard let settings = site.settings else {
            throw ConfigurationError(issues: site.diagnostics.errors, warnings: site.diagnostics.warnings)
        }
        (self.name, self.text, self.settings) = (name, text, settings)
        var unused = Diagnostics()
        secretFile = section.text(.secretFile, &unused)
    }

    /// Reads the lines once more, as one of all sites. Never `nil`: the lines were read before.
    func read(by reader: SiteReader) -> ParsedSite? {
        (try? Document(text, place: settings.place)).map { reader.read(file: Section($0), name: name) }
    }
}

/// Lines of a configuration file.
public struct SettingLines: Sendable {
    private var settings: [(key: String, value: String)] = []
    private let heading: [String]

    /// Creates lines below `comments`.
    public init(_ comments: [String] = []) {
        heading = comments.map { "# \($0.linesEscapedForDisplay.replacing("\n", with: " "))" }
    }

    /// Adds a string. Adds nothing for `nil`.
    public mutating func add(_ key: String, _ value: String?) {
        if let value { settings.append((key, Self.quoted(value))) }
    }

    /// The lines, with the equals signs below each other.
    public var text: String {
        let width = settings.map(\.key.count).max() ?? 0
        let lines = settings.map { $0.key.padding(to: width) + " = " + $0.value }
        return (heading + lines).map { "\($0)\n" }.joined()
    }

    /// Returns `text` as a basic string of TOML (toml.io, "String"). Control and invisible characters are escaped, because the
    /// lines are also shown in a terminal.
    static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case "\t": "\\t"
            case _ where scalar.isVisible: String(scalar)
            case _ where scalar.value <= 0xffff: "\\u\(hexadecimal(scalar, digits: 4))"
            default: "\\U\(hexadecimal(scalar, digits: 8))"
            }
        }
        return "\"\(escaped.joined())\""
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar, digits: Int) -> String {
        let text = String(scalar.value, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
