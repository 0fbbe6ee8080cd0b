internal import Foundation

/// A site's name: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`, the first a letter or a digit. It needs no escaping in a
/// path, a URL or a log.
struct SiteName {
    let text: String

    /// How names are, for hints.
    static let rule = "1 to \(longest) of A-Z, a-z, 0-9, . _ and -, the first a letter or a digit"

    private static let longest = 64

    /// The name `text`, or `nil` if no site can be called so.
    init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed),
            text.utf8.first.map(Self.isAlphanumeric) ?? false
        else { return nil }
        self.text = text
    }

    /// A name for the clone at `path`: what its folder is called, as far as possible.
    init(ofCloneAt path: String) {
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
