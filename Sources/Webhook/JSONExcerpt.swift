internal import Foundation

/// Cuts the few members that are read out of a JSON text that may hold thousands, and checks the text on the way.
///
/// `JSONDecoder` alone would be too lenient, and slow: it maps all of a text that hardly anything is read of, takes
/// UTF-16, invalid UTF-8 and malformed numbers in what it passes over, and the first of two members of one name. A
/// payload that can be read in two ways is refused here, in one pass and before anything is built: the text is one
/// object by the grammar of RFC 8259 in UTF-8, nested `deepest` levels at most, no number is longer than
/// `longestNumber`, and no member that is read stands there twice. What is left to the decoder is a hundred bytes.
struct JSONExcerpt {
    /// How deep arrays and objects may nest; a push of any forge needs six levels.
    static let deepest = 64
    /// How many characters a number may have.
    static let longestNumber = 64

    /// A member to keep, and of its own object the members to keep; all of its value if there are none.
    struct Member: Sendable {
        let name: StaticString
        var members: [Member] = []
    }

    private var scanner: JSONScanner
    private var excerpt: [UInt8] = []

    /// The excerpt of `text`, which is a JSON text again.
    static func of(_ text: Data, keeping members: [Member]) throws(Malformed) -> Data {
        let outcome: Result<[UInt8], Malformed> = text.withUnsafeBytes { bytes in
            var excerpt = JSONExcerpt(scanner: JSONScanner(bytes))
            return Result { () throws(Malformed) in try excerpt.cut(members) }
        }
        return Data(try outcome.get())
    }

    private mutating func cut(_ members: [Member]) throws(Malformed) -> [UInt8] {
        excerpt.reserveCapacity(512)
        scanner.skipWhitespace()
        guard scanner.next == UInt8(ascii: "{") else { throw Malformed("the payload is not a JSON object") }
        try object(keeping: members)
        try scanner.finish()
        return excerpt
    }

    private mutating func object(keeping members: [Member]) throws(Malformed) {
        var isFound = [Bool](repeating: false, count: members.count)
        excerpt.append(UInt8(ascii: "{"))
        var isFirst = true
        try scanner.enter()
        while try scanner.nextMember(isFirst: isFirst) {
            isFirst = false
            let name = try scanner.name()
            guard let index = members.firstIndex(where: { scanner.text(name, equals: $0.name) }) else {
                try scanner.skipValue()
                continue
            }
            guard !isFound[index] else { throw Malformed("the payload has a member twice") }
            if excerpt.last != UInt8(ascii: "{") { excerpt.append(UInt8(ascii: ",")) }
            isFound[index] = true
            excerpt.append(contentsOf: scanner.bytes(name))
            excerpt.append(UInt8(ascii: ":"))
            try value(of: members[index])
        }
        excerpt.append(UInt8(ascii: "}"))
    }

    private mutating func value(of member: Member) throws(Malformed) {
        if !member.members.isEmpty, scanner.next == UInt8(ascii: "{") {
            return try object(keeping: member.members)
        }
        let start = scanner.position
        try scanner.skipValue()
        excerpt.append(contentsOf: scanner.bytes(start..<scanner.position))
    }
}
