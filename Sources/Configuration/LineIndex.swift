/// On which lines of a TOML text its keys stand, which the parser does not tell. Found by the look of the lines: what
/// looks like a key in a text of several lines counts too.
struct LineIndex {
    /// The line on which each `[[site]]` begins.
    private(set) var sites: [Int] = []
    private var keys: [Table: [Substring: Int]] = [:]

    private enum Table: Hashable {
        case root
        case site(Int)
        case other
    }

    init(_ text: String) {
        var table = Table.root
        // Only what ends a line in TOML and in an editor; to Swift, U+2028 and others do too.
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

    /// The line of the key `name` of the file itself, or of the `site`th of its `[[site]]` tables.
    func line(of name: String, inSite site: Int?) -> Int? {
        keys[site.map(Table.site) ?? .root]?[name[...]]
    }

    private mutating func enter(_ line: Substring, at number: Int) -> Table {
        let isSite = line.hasPrefix("[[") && line.dropFirst(2).filter { $0 != " " && $0 != "\t" }.hasPrefix("site]]")
        if isSite { sites.append(number) }
        let name = line.drop { $0 == "[" || $0 == " " }.prefix { !" ].\t".contains($0) }
        if keys[.root]?[name] == nil { keys[.root, default: [:]][name] = number }
        return isSite ? .site(sites.count - 1) : .other
    }

    /// The key of a line such as `key = value` or `"key" = value`, or the first part of a dotted one.
    private static func key(_ line: Substring) -> Substring? {
        if let quote = line.first, quote == "\"" || quote == "'" {
            let name = line.dropFirst().prefix { $0 != quote }
            return name.endIndex < line.endIndex ? name : nil
        }
        let name = line.prefix { $0 != "=" && $0 != "." && $0 != " " && $0 != "\t" && $0 != "#" }
        let rest = line[name.endIndex...].drop { $0 == " " || $0 == "\t" }
        return rest.first == "=" || rest.first == "." ? name : nil
    }
}
