/// The line numbers of the keys in a TOML text. The parser does not report line numbers of keys.
///
/// The index is built line by line without parsing. A line inside a multi-line string counts as a key if the line looks
/// like a key.
struct LineIndex {
    /// The line of each `[[site]]` header.
    private(set) var sites: [Int] = []
    private var keys: [Table: [Substring: Int]] = [:]

    private enum Table: Hashable {
        case root
        case site(Int)
        case other
    }

    /// Finds the keys of `text`.
    init(_ text: String) {
        var table = Table.root
        // Only LF and CRLF end a line in TOML and in an editor. In Swift, U+2028 and others do too.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.hasPrefix("[") {
                table = enter(line, at: index + 1)
            }
            guard let name = Self.key(line), keys[table]?[name] == nil else { continue }
            keys[table, default: [:]][name] = index + 1
        }
    }

    /// Returns the line of the key `name` in the `[[site]]` table of index `site`; for `nil`, outside all tables.
    func line(of name: String, inSite site: Int?) -> Int? {
        keys[site.map(Table.site) ?? .root]?[name[...]]
    }

    /// Notes the table header `line`, and returns the table.
    private mutating func enter(_ line: Substring, at number: Int) -> Table {
        let isSite = line.hasPrefix("[[") && line.dropFirst(2).filter { $0 != " " && $0 != "\t" }.hasPrefix("site]]")
        if isSite { sites.append(number) }
        let name = line.drop { $0 == "[" || $0 == " " }.prefix { !" ].\t".contains($0) }
        if keys[.root]?[name] == nil { keys[.root, default: [:]][name] = number }
        return isSite ? .site(sites.count - 1) : .other
    }

    /// Returns the key of a line such as `key = value` or `"key" = value`, or the first part of a dotted key.
    private static func key(_ line: Substring) -> Substring? {
        if let quote = line.first, quote == "\"" || quote == "'" {
            let name = line.dropFirst().prefix { $0 != quote }
            // Without an assignment after it, a string is an element of an array.
            return isAssigned(line[name.endIndex...].dropFirst()) ? name : nil
        }
        let name = line.prefix { $0 != "=" && $0 != "." && $0 != " " && $0 != "\t" && $0 != "#" }
        return isAssigned(line[name.endIndex...]) ? name : nil
    }

    /// Returns whether `rest`, the text after a name, continues a key.
    private static func isAssigned(_ rest: Substring) -> Bool {
        let next = rest.first { $0 != " " && $0 != "\t" }
        return next == "=" || next == "."
    }
}
