internal import Foundation

/// Finds a few values in a JSON text that may contain thousands of values, and validates the whole text in the same
/// pass.
///
/// `JSONDecoder` alone would be too lenient and too slow. The decoder builds a map of the whole text; accepts UTF-16,
/// and invalid UTF-8 and malformed numbers in values that nobody reads; and takes the first of two members of the same
/// name. Bellpull rejects a payload that two readers could understand differently. A valid text is a JSON object (RFC
/// 8259) in UTF-8, nested at most `deepest` levels. Numbers have at most `longestNumber` characters, and a member on
/// the path to a value occurs only once. The objects in one array can be read in the same way.
struct JSONExcerpt {
    /// The path to a value: the names of members, from the outermost object inwards.
    typealias Path = [StaticString]

    /// The maximum nesting of arrays and objects. A push needs six levels.
    static let deepest = 64
    /// The maximum length of a number, in characters.
    static let longestNumber = 64
    /// The maximum length of a value to read, in bytes of the text.
    static let longestValue = 65_536
    /// The maximum number of elements of a list. Bitbucket's limit of 256 KB per payload allows fewer changes.
    static let mostElements = 512

    /// The path to an array of objects, and the paths to values inside each object.
    struct List {
        let path: Path
        let elementPaths: [Path]
    }

    private var scanner: JSONScanner
    private var values: [JSONValue?]
    /// The list to read, whose path is the last path.
    private let list: List?
    /// The values of each element of `list`.
    private var elements: [[JSONValue?]]?

    /// Returns the values at `paths` in `text`, in the order of `paths`; `nil` for a missing value.
    static func values(at paths: [Path], in text: Data) throws(Malformed) -> [JSONValue?] {
        try values(at: paths, and: nil, in: text).values
    }

    /// Returns the values at `paths` in `text`, and the values in each element of `list`; `nil` for a missing value or
    /// list.
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

    /// The name of a member on a path, and the number of the path.
    private struct Step {
        let name: StaticString
        let path: Int
        let isLast: Bool
    }

    /// Reads the object at the scanner's position. `depth` names of the paths lead to this object. Paths to other
    /// objects are empty.
    private mutating func object(_ paths: [Path], depth: Int) throws(Malformed) {
        let steps = paths.indices.filter { depth < paths[$0].count }.map { path in
            Step(name: paths[path][depth], path: path, isLast: depth + 1 == paths[path].count)
        }
        // A bit per step. A forge has fewer than ten paths.
        var found: UInt64 = 0
        var isFirst = true
        try scanner.enter()
        while try scanner.nextMember(isFirst: isFirst) {
            isFirst = false
            let name = try scanner.name()
            guard let match = steps.firstIndex(where: { scanner.text(name, equals: $0.name) }) else {
                try scanner.skipValue()
                continue
            }
            guard found & 1 << match == 0 else { throw Malformed("the payload has a duplicate member") }
            found |= 1 << match
            try value(of: steps[match], paths, depth: depth, named: name)
        }
    }

    private mutating func value(
        of step: Step, _ paths: [Path], depth: Int, named name: Range<Int>
    ) throws(Malformed) {
        if step.isLast {
            if step.path < values.count { values[step.path] = try cutOut() } else { try array() }
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
        guard scanner.position - start <= Self.longestValue else {
            throw Malformed("a value in the payload is longer than \(Self.longestValue) bytes")
        }
        return JSONValue(scanner.bytes(start..<scanner.position))
    }

    /// Reads the list, if the value at the scanner's position is an array.
    private mutating func array() throws(Malformed) {
        guard let list, scanner.next == UInt8(ascii: "[") else { return try scanner.skipValue() }
        var elements: [[JSONValue?]] = []
        let outer = values
        try scanner.enter()
        while try scanner.nextElement(isFirst: elements.isEmpty) {
            guard scanner.next == UInt8(ascii: "{") else {
                throw Malformed("a list in the payload has an element that is not an object")
            }
            guard elements.count < Self.mostElements else {
                throw Malformed("a list in the payload has more than \(Self.mostElements) elements")
            }
            values = [JSONValue?](repeating: nil, count: list.elementPaths.count)
            try object(list.elementPaths, depth: 0)
            elements.append(values)
        }
        values = outer
        self.elements = elements
    }
}
