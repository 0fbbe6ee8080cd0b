internal import TOMLKit
internal import Text

/// A table of a configuration file, or the keys outside all tables.
struct Section {
    private let table: TOMLTable
    private let document: Document
    /// The index of the `[[site]]` table; `nil` for the keys outside all tables.
    private let site: Int?

    /// Creates the section of the keys outside all tables.
    init(_ document: Document) {
        self.document = document
        table = document.table
        site = nil
    }

    private init(_ document: Document, site: Int, table: TOMLTable) {
        self.document = document
        self.site = site
        self.table = table
    }

    /// The file and, for a `[[site]]` table, the line of its header.
    var place: String {
        guard let site, document.lines.sites.indices.contains(site) else { return document.place }
        return "\(document.place):\(document.lines.sites[site])"
    }

    /// Returns the file and, if known, the line of `key`.
    func place(of key: Key) -> String { place(of: key.name) }

    private func place(of name: String) -> String {
        document.lines.line(of: name, inSite: site).map { "\(document.place):\($0)" } ?? place
    }

    /// Whether the section has no keys.
    var isEmpty: Bool { table.isEmpty }

    /// Returns whether the section has `key`, with any value.
    func contains(_ key: Key) -> Bool { table.contains(key: key.name) }

    /// Whether the section names secrets.
    var namesSecrets: Bool { contains(.secretFile) || contains(.secretVariable) }

    /// Returns the string at `key`; `nil` without the key or after an error.
    func text(_ key: Key, _ diagnostics: inout Diagnostics) -> String? { value(key, &diagnostics)?.string }

    /// Returns the strings at `key`; `nil` without the key or after an error.
    func texts(_ key: Key, _ diagnostics: inout Diagnostics) -> [String]? {
        guard let array = value(key, &diagnostics)?.array else { return nil }
        var texts: [String] = []
        for index in 0..<array.count {
            guard let text = array[index].string else {
                diagnostics.error(
                    at: place(of: key),
                    "\(key.name) contains \(array[index].type.words), but must contain strings", hint: key.line)
                return nil
            }
            texts.append(text)
        }
        return texts
    }

    /// Returns the number at `key`; `nil` without the key or after an error.
    func number(_ key: Key, in range: ClosedRange<Int>, _ diagnostics: inout Diagnostics) -> Int? {
        guard let number = value(key, &diagnostics)?.int else { return nil }
        guard range.contains(number) else {
            diagnostics.error(
                at: place(of: key),
                "\(key.name) is \(number), but must be from \(range.lowerBound) to \(range.upperBound)", hint: key.line)
            return nil
        }
        return number
    }

    /// Returns the boolean at `key`; `nil` without the key or after an error.
    func flag(_ key: Key, _ diagnostics: inout Diagnostics) -> Bool? { value(key, &diagnostics)?.bool }

    /// Returns the duration at `key`, longer than 0.
    func duration(_ key: Key, default fallback: Duration, _ diagnostics: inout Diagnostics) -> Duration {
        guard let text = text(key, &diagnostics) else { return fallback }
        if let quantity = Quantity(text), !quantity.isZero, let duration = quantity.duration { return duration }
        refuseDuration(text, key, &diagnostics)
        return fallback
    }

    /// Returns the duration at `key`, or `nil` for `0`, with a unit or without, which means never.
    func interval(_ key: Key, default fallback: Duration?, _ diagnostics: inout Diagnostics) -> Duration? {
        guard let text = text(key, &diagnostics) else { return fallback }
        let quantity = Quantity(text)
        if let duration = quantity?.duration { return duration == .zero ? nil : duration }
        if text == "0" { return nil }
        refuseDuration(text, key, &diagnostics)
        return fallback
    }

    private func refuseDuration(_ text: String, _ key: Key, _ diagnostics: inout Diagnostics) {
        refuse(
            key, text, "\(key.name) is not a valid duration: \(text.escapedForDisplay)",
            hint: Quantity.durationHint + (key == .catchUp ? ", or 0 for never" : ""), &diagnostics)
    }

    /// Adds an error about `text`, the value of `key`: `message` or, for an empty value, `… is empty`.
    func refuse(_ key: Key, _ text: String, _ message: String, hint: String, _ diagnostics: inout Diagnostics) {
        diagnostics.error(at: place(of: key), text.isEmpty ? "\(key.name) is empty" : message, hint: hint)
    }

    /// Returns the `[[site]]` tables.
    func sites(_ diagnostics: inout Diagnostics) -> [Section] {
        guard let array = value(.site, &diagnostics)?.array else { return [] }
        var sections: [Section] = []
        for index in 0..<array.count {
            guard let table = array[index].table else {
                diagnostics.error(
                    at: place(of: .site), "site contains \(array[index].type.words), but must contain tables",
                    hint: Self.siteHint)
                return sections
            }
            sections.append(Section(document, site: index, table: table))
        }
        return sections
    }

    private static let siteHint = "write [[site]], in double brackets, before each site's keys"

    /// Adds an error for each key that is not one of `known`.
    func refuseUnknownKeys(_ known: [Key], _ diagnostics: inout Diagnostics) {
        guard known.count(where: contains) < table.count else { return }
        let unknown = Set(table.keys).subtracting(known.map(\.name))
        for name in unknown.sorted() {
            diagnostics.error(
                at: place(of: name), "unknown key \(name.escapedForDisplay)",
                hint: UnknownKey(name, known: known).hint)
        }
    }

    private func value(_ key: Key, _ diagnostics: inout Diagnostics) -> (any TOMLValueConvertible)? {
        guard let value = table[key.name] else { return nil }
        guard value.type.isOf(key.kind) else {
            diagnostics.error(
                at: place(of: key), "\(key.name) is \(value.type.words), but must be \(key.kind.rawValue)",
                hint: key == .site ? Self.siteHint : key.line)
            return nil
        }
        return value
    }
}

extension TOMLType {
    /// Returns whether a key of `kind` takes values of this type.
    fileprivate func isOf(_ kind: Key.Kind) -> Bool {
        switch self {
        case .string: kind == .text
        case .int: kind == .number
        case .bool: kind == .flag || kind == .flagOrTexts
        case .array: kind == .tables || kind == .texts || kind == .flagOrTexts
        default: false
        }
    }

    /// The type's name for messages.
    fileprivate var words: String {
        switch self {
        case .table: "a table"
        case .array: "an array"
        case .string: "a string"
        case .int: "an integer"
        case .double: "a float"
        case .bool: "a boolean"
        case .date, .time, .dateTime: "a date or a time"
        }
    }
}
