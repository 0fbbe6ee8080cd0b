internal import Foundation

/// Finds the few values that are read in a JSON text that may hold thousands, and checks the text on the way.
///
/// `JSONDecoder` alone would be too lenient, and slow: it maps all of a text that hardly anything is read of, takes
/// UTF-16, invalid UTF-8 and malformed numbers in what it passes over, and the first of two members of one name. A
/// payload that can be read in two ways is refused here, in one pass and before anything is built: the text is one
/// object by the grammar of RFC 8259 in UTF-8, nested `deepest` levels at most, no number is longer than
/// `longestNumber`, and no member on the way to a value stands there twice.
struct JSONExcerpt {
    /// The way to a value: the names of members, from the outermost object inwards.
    typealias Path = [StaticString]

    /// How deep arrays and objects may nest; a push of any forge needs six levels.
    static let deepest = 64
    /// How many characters a number may have.
    static let longestNumber = 64

    private var scanner: JSONScanner
    private var values: [JSONValue?]

    /// The values at `paths` in `text`, in their order; `nil` for those that are not there.
    static func values(at paths: [Path], in text: Data) throws(Malformed) -> [JSONValue?] {
        var values: [JSONValue?] = []
        var failure: Malformed?
        text.withUnsafeBytes { bytes in
            var excerpt = JSONExcerpt(
                scanner: JSONScanner(bytes), values: [JSONValue?](repeating: nil, count: paths.count))
            do throws(Malformed) {
                values = try excerpt.find(paths)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return values
    }

    private mutating func find(_ paths: [Path]) throws(Malformed) -> [JSONValue?] {
        scanner.skipWhitespace()
        guard scanner.next == UInt8(ascii: "{") else { throw Malformed("the payload is not a JSON object") }
        try object(paths, depth: 0)
        try scanner.finish()
        return values
    }

    /// Walks the object that opens here, which is where the paths lead that have `depth` names less to go. Those that
    /// lead elsewhere are empty.
    private mutating func object(_ paths: [Path], depth: Int) throws(Malformed) {
        var isFound = [Bool](repeating: false, count: paths.count)
        var isFirst = true
        try scanner.enter()
        while try scanner.nextMember(isFirst: isFirst) {
            isFirst = false
            let name = try scanner.name()
            let match = paths.firstIndex { depth < $0.count && scanner.text(name, equals: $0[depth]) }
            guard let match else {
                try scanner.skipValue()
                continue
            }
            guard !isFound[match] else { throw Malformed("the payload has a member twice") }
            isFound[match] = true
            try value(of: match, paths, depth: depth, named: name)
        }
    }

    private mutating func value(
        of match: Int, _ paths: [Path], depth: Int, named name: Range<Int>
    ) throws(Malformed) {
        if depth + 1 == paths[match].count {
            let start = scanner.position
            try scanner.skipValue()
            values[match] = JSONValue(scanner.bytes(start..<scanner.position))
        } else if scanner.next == UInt8(ascii: "{") {
            let further = paths.map { depth < $0.count && scanner.text(name, equals: $0[depth]) ? $0 : [] }
            try object(further, depth: depth + 1)
        } else {
            try scanner.skipValue()
        }
    }
}
