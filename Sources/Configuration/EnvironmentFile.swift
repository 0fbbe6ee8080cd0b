internal import Foundation

/// The environment file of the service, in the syntax of `EnvironmentFile=` (systemd.exec(5)). systemd reads the file for
/// the service. The commands read the file themselves.
public struct EnvironmentFile: Sendable {
    /// The variables in the file. The last of several assignments counts, and invalid names are left out.
    public let variables: [String: String]
    /// The beginnings of lines without a valid name. systemd ignores such lines.
    let invalidNames: Set<String>
    /// Whether the file exists and this user cannot read the file.
    public let isUnreadable: Bool

    private static let limit = 1 << 20

    /// Reads the file at `path`. A missing file has no variables.
    public init(at path: String) {
        do throws(FileError) {
            self.init(text: try PlainFile(at: path, limit: Self.limit).text)
        } catch {
            self.init(variables: [:], invalidNames: [], isUnreadable: error != .missing)
        }
    }

    /// Parses `text`.
    init(text: String) {
        var parser = Parser()
        for scalar in text.unicodeScalars { parser.read(scalar) }
        parser.finish()
        self.init(variables: parser.variables, invalidNames: parser.invalidNames, isUnreadable: false)
    }

    private init(variables: [String: String], invalidNames: Set<String>, isUnreadable: Bool) {
        (self.variables, self.invalidNames, self.isUnreadable) = (variables, invalidNames, isUnreadable)
    }

    /// The state machine of systemd's parser:
    ///
    ///     start ── # ; ──→ comment ── newline ──→ start
    ///       └─ other ──→ name ── = ──→ value ── newline ──→ start
    ///
    /// Within a value, quotation marks open and close a quoted part, and a backslash escapes the next character.
    private struct Parser {
        private enum State {
            case start, comment, name, value, escape, singleQuotes, doubleQuotes, escapeInDoubleQuotes
        }

        var variables: [String: String] = [:]
        var invalidNames: Set<String> = []
        private var state = State.start
        private var name = String.UnicodeScalarView()
        private var value = String.UnicodeScalarView()
        /// The number of characters in `value`.
        private var count = 0
        /// How many of them stay if blanks at the end are removed.
        private var length = 0
        /// Whether an unquoted part of the value has begun. Quotation marks within such a part are plain characters.
        private var isWithinWord = false

        mutating func read(_ scalar: Unicode.Scalar) {
            switch state {
            case .start: start(scalar)
            case .comment: if Self.isNewline(scalar) { state = .start }
            case .name: readName(scalar)
            case .value: readValue(scalar)
            case .escape:
                state = .value
                isWithinWord = true
                // A backslash before a newline continues the line.
                if !Self.isNewline(scalar) { append(scalar) }
            case .singleQuotes: if scalar == "'" { state = .value } else { append(scalar) }
            case .doubleQuotes:
                switch scalar {
                case "\"": state = .value
                case "\\": state = .escapeInDoubleQuotes
                default: append(scalar)
                }
            case .escapeInDoubleQuotes:
                state = .doubleQuotes
                guard scalar != "\n" else { return }
                if !"\"\\`$".unicodeScalars.contains(scalar) { append("\\") }
                append(scalar)
            }
        }

        /// Ends the last line.
        mutating func finish() {
            switch state {
            case .start, .comment: break
            case .name: invalidNames.insert(String(name.prefix(40)))
            default: assign()
            }
        }

        private mutating func start(_ scalar: Unicode.Scalar) {
            if scalar == "#" || scalar == ";" { state = .comment }
            guard state == .start, !Self.isBlank(scalar) else { return }
            state = .name
            name = [scalar].reduce(into: .init()) { $0.append($1) }
        }

        private mutating func readName(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "=":
                state = .value
                (value, count, length, isWithinWord) = (.init(), 0, 0, false)
            case _ where Self.isNewline(scalar):
                state = .start
                invalidNames.insert(String(name.prefix(40)))
            default: name.append(scalar)
            }
        }

        private mutating func readValue(_ scalar: Unicode.Scalar) {
            switch scalar {
            case _ where Self.isNewline(scalar): assign()
            case "\\": state = .escape
            case "'" where !isWithinWord: state = .singleQuotes
            case "\"" where !isWithinWord: state = .doubleQuotes
            case _ where Self.isBlank(scalar):
                // Blanks before, between and after quoted parts are dropped, and so are blanks at the end.
                if isWithinWord {
                    value.append(scalar)
                    count += 1
                }
            default:
                isWithinWord = true
                append(scalar)
            }
        }

        private mutating func append(_ scalar: Unicode.Scalar) {
            value.append(scalar)
            count += 1
            length = count
        }

        private mutating func assign() {
            state = .start
            let name = String(name).trimmingCharacters(in: .whitespaces)
            guard Self.isName(name) else {
                invalidNames.insert(String(name.prefix(40)))
                return
            }
            variables[name] = String(String.UnicodeScalarView(value.prefix(length)))
        }

        private static func isNewline(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

        private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar == " " || scalar == "\t" || isNewline(scalar)
        }

        private static func isName(_ text: String) -> Bool {
            text.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
                && text.unicodeScalars.allSatisfy {
                    $0 == "_" || $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0)
                }
        }
    }
}

extension ConfigurationSource {
    /// The path of the service's environment file: `environment` beside the main file.
    public var environmentFile: String {
        let main = namedMainFile ?? fallbackMainFile
        return main.lastIndex(of: "/").map { "\(main[...$0])environment" } ?? "environment"
    }

    /// Whether the files describe no site: the environment alone may describe one.
    public var hasNoSiteInFiles: Bool {
        var diagnostics = Diagnostics()
        let main = MainFile(self, &diagnostics)
        guard !main.isBroken, (try? SitesFolder(main.sitesFolder))?.files.isEmpty == true else { return false }
        return main.document.map { !Section($0).contains(.site) } ?? true
    }

    /// Adds the variables in the service's environment file. A variable of this process takes precedence.
    ///
    /// - Returns: The file.
    @discardableResult
    public mutating func addEnvironmentFile() -> EnvironmentFile {
        let file = EnvironmentFile(at: environmentFile)
        environment.merge(file.variables) { own, _ in own }
        return file
    }

    private var namedMainFile: String? { mainFile ?? variable("BELLPULL_CONFIG") }
}
