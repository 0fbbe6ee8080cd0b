internal import Foundation

/// A site's name: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`, starting with a letter or a digit. Such a name needs no
/// escaping in a path, a URL or a log.
public struct SiteName: Sendable {
    /// The name.
    public let text: String

    /// The remedy for an invalid name.
    public static let rule = "use 1 to \(longest) of A-Z, a-z, 0-9, . _ and -, starting with a letter or a digit"

    private static let longest = 64

    /// Creates a name from `text`; `nil` if `text` is not a valid name.
    public init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed),
            text.utf8.first.map(Self.isAlphanumeric) ?? false
        else { return nil }
        self.text = text
    }

    /// Creates a name from the last component of `path`, with `-` for each forbidden byte.
    public init(ofCloneAt path: String) {
        let folder = URL(fileURLWithPath: path).lastPathComponent.utf8
        let bytes = folder.map { Self.isAllowed($0) ? $0 : UInt8(ascii: "-") }
            .drop { !Self.isAlphanumeric($0) }.prefix(Self.longest)
        text = bytes.isEmpty ? "site" : String(decoding: bytes, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: isAlphanumeric(byte)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
