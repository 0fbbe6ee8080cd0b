internal import Foundation

/// Finds the few values that are read in a JSON text that may hold thousands, and checks the text on the way.
///
/// `JSONDecoder` alone would be too lenient, and slow: it maps all of a text that hardly anything is read of, takes
/// UTF-16, invalid UTF-8 and malformed numbers in what it passes over, and the first of two members of one name. A
/// payload that can be read in two ways is refused here, in one pass and before anything is built: the text is one
/// object by the grammar of RFC 8259 in UTF-8, nested `deepest` levels at most, no number is longer than
/// `longestNumber`, and no member on the way to a value stands there twice. Of one array, the objects in it can be read
/// in the same way.
struct JSONExcerpt {
    /// The way to a value: the names of members, from the outermost object inwards.
    typealias Path = [StaticString]

    /// How deep arrays and objects may nest; a push of any forge needs six levels.
    static let deepest = 64
    /// How many characters a number may have.
    static let longestNumber = 64

    /// How many bytes a value that is read may have as it stands in the text, whatever it is.
    static let longestValue = 65_536
    /// How many elements of a list are read. Bitbucket's payloads end at 256 KB, which is fewer changes than this.
    static let mostElements = 512

    /// A way to an array, and the ways to values within each of the objects in it.
    struct List {
        let path: Path
        let elementPaths: [Path]
    }

    private var scanner: JSONScanner
    private var values: [JSONValue?]
    /// What is read in the array at the last of the paths, and what has been.
    private let list: List?
    private var elements: [[JSONValue?]]?

    /// The values at `paths` in `text`, in their order; `nil` for those that are not there.
    static func values(at paths: [Path], in text: Data) throws(Malformed) -> [JSONValue?] {
        try values(at: paths, and: nil, in: text).values
    }

    /// The values at `paths` in `text`, and those in each element of `list`; `nil` for what is not there.
    static func values(
        at paths: [Path], and list: List?, in text: Data
    ) throws(Malformed) -> (values: [JSONValue?], elements: [[JSONValue?]]?) {
        var found: (values: [JSONValue?], elements: [[JSONValue?]]?) = ([], nil)
        var failure: Malformed?
        text.withUnsafeBytes { bytes in
            var excerpt = JSONExcerpt(
                scanner: JSONScanner(bytes), values: [JSONValue?](repeating: nil, count: paths.count), list: list)
            do throws(Malformed) {
                try excerpt.find(list.map { paths + [$0.path] } ?? paths)
                found = (excerpt.values, excerpt.elements)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return found
    }

    private init(scanner: JSONScanner, values: [JSONValue?], list: List?) {
        self.scanner = scanner
        self.values = values
        self.list = list
    }

    private mutating func find(_ paths: [Path]) throws(Malformed) {
        scanner.skipWhitespace()
        guard scanner.next == UInt8(ascii: "{") else { throw Malformed("the payload is not a JSON object") }
        try object(paths, depth: 0)
        try scanner.finish()
    }

    /// Walks the object that opens here, which is where the paths lead that have `depth` names less to go. Those that
    /// lead elsewhere are empty.
    private mutating func object(_ paths: [Path], depth: Int) throws(Malformed) {
        // A bit for each path; a forge's are a handful.
        var found: UInt64 = 0
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
            guard found & 1 << match == 0 else { throw Malformed("the payload has a member twice") }
            found |= 1 << match
            try value(of: match, paths, depth: depth, named: name)
        }
    }

    private mutating func value(
        of match: Int, _ paths: [Path], depth: Int, named name: Range<Int>
    ) throws(Malformed) {
        if depth + 1 == paths[match].count {
            if match < values.count { values[match] = try cutOut() } else { try array() }
        } else if scanner.next == UInt8(ascii: "{") {
            let further = paths.map { depth < $0.count && scanner.text(name, equals: $0[depth]) ? $0 : [] }
            try object(further, depth: depth + 1)
        } else {
            try scanner.skipValue()
        }
    }

    private mutating func cutOut() throws(Malformed) -> JSONValue {
        let start = scanner.position
        try scanner.skipValue()
        guard scanner.position - start <= Self.longestValue else { throw Malformed("the payload has a value too long") }
        return JSONValue(scanner.bytes(start..<scanner.position))
    }

    /// Reads the list, if there is an array here.
    private mutating func array() throws(Malformed) {
        guard let list, scanner.next == UInt8(ascii: "[") else { return try scanner.skipValue() }
        var elements: [[JSONValue?]] = []
        let outer = values
        try scanner.enter()
        while try scanner.nextElement(isFirst: elements.isEmpty) {
            guard scanner.next == UInt8(ascii: "{") else { throw Malformed("the payload has a list of no objects") }
            guard elements.count < Self.mostElements else { throw Malformed("the payload has a list too long") }
            values = [JSONValue?](repeating: nil, count: list.elementPaths.count)
            try object(list.elementPaths, depth: 0)
            elements.append(values)
        }
        values = outer
        self.elements = elements
    }
}
