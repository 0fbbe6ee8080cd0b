internal import TOMLKit
internal import Text

/// A table of a configuration file, read key by key.
struct Section {
    private let table: TOMLTable
    private let document: Document
    /// Which of the file's `[[site]]` tables this is; `nil` for the file itself.
    private let site: Int?

    /// The keys of the file itself.
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

    /// The file, and the line on which the table begins if it is one of several.
    var place: String {
        guard let site, document.lines.sites.indices.contains(site) else { return document.place }
        return "\(document.place):\(document.lines.sites[site])"
    }

    /// The file, and the line of `key` if it was found.
    func place(of key: Key) -> String { place(of: key.name) }

    private func place(of name: String) -> String {
        document.lines.line(of: name, inSite: site).map { "\(document.place):\($0)" } ?? place
    }

    /// Whether there is nothing in it.
    var isEmpty: Bool { table.isEmpty }

    /// Whether there is such a key, whatever its value.
    func contains(_ key: Key) -> Bool { table.contains(key: key.name) }

    /// Whether it says where secrets are.
    var namesSecrets: Bool { contains(.secretFile) || contains(.secretVariable) }

    /// The text at `key`, if there is one.
    func text(_ key: Key, _ diagnostics: inout Diagnostics) -> String? { value(key, &diagnostics)?.string }

    /// The number at `key`, if there is one and it is in `range`.
    func number(_ key: Key, in range: ClosedRange<Int>, _ diagnostics: inout Diagnostics) -> Int? {
        guard let number = value(key, &diagnostics)?.int else { return nil }
        guard range.contains(number) else {
            diagnostics.issue(
                place(of: key),
                "\(key.name) is \(number), which is not from \(range.lowerBound) to \(range.upperBound)", hint: key.line
            )
            return nil
        }
        return number
    }

    /// The switch at `key`, if there is one.
    func flag(_ key: Key, _ diagnostics: inout Diagnostics) -> Bool? { value(key, &diagnostics)?.bool }

    /// The `[[site]]` tables.
    func sites(_ diagnostics: inout Diagnostics) -> [Section] {
        guard let array = value(.site, &diagnostics)?.array else { return [] }
        var sections: [Section] = []
        for index in 0..<array.count {
            guard let table = array[index].table else {
                diagnostics.issue(
                    place(of: .site), "site holds \(array[index].type.words), not a table",
                    hint: "[[site]], in double brackets, before each site's keys")
                return sections
            }
            sections.append(Section(document, site: index, table: table))
        }
        return sections
    }

    /// Finds the keys that are not among `known`.
    func refuseUnknownKeys(_ known: [Key], _ diagnostics: inout Diagnostics) {
        guard known.count(where: contains) < table.count else { return }
        let unknown = Set(table.keys).subtracting(known.map(\.name))
        for name in unknown.sorted() {
            diagnostics.issue(
                place(of: name), "there is no key \(name.escapedForDisplay) here",
                hint: UnknownKey(name, known: known).hint)
        }
    }

    private func value(_ key: Key, _ diagnostics: inout Diagnostics) -> (any TOMLValueConvertible)? {
        guard let value = table[key.name] else { return nil }
        guard value.type.isOf(key.kind) else {
            diagnostics.issue(
                place(of: key), "\(key.name) is \(value.type.words), not \(key.kind.rawValue)",
                hint: key == .site ? "[[site]], in double brackets, before each site's keys" : key.line)
            return nil
        }
        return value
    }
}

extension TOMLType {
    /// Whether values of this type are what a key of `kind` has.
    fileprivate func isOf(_ kind: Key.Kind) -> Bool { self.kind == kind }

    /// The type as a person would call it.
    fileprivate var words: String {
        switch self {
        case .table: "a table"
        case .double: "a number with a fraction"
        case .date, .time, .dateTime: "a date or a time"
        case .string, .int, .bool, .array: kind?.rawValue ?? rawValue
        }
    }

    private var kind: Key.Kind? {
        switch self {
        case .string: .text
        case .int: .number
        case .bool: .flag
        case .array: .tables
        default: nil
        }
    }
}
