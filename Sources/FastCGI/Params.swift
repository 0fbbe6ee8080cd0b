internal import Foundation

/// The parameters of one request (FastCGI 1.0 §5.2): the meta-variables of CGI (RFC 3875 §4.1).
///
/// The parameters are stored as one array of bytes and become strings only on demand: a web server sends thirty
/// parameters, and a responder reads eight.
public struct Params: Sendable {
    private struct Entry {
        let nameStart: Int
        let valueStart: Int
        let valueEnd: Int
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// The error that a request has several parameters or header fields of the same name.
    public struct RepeatedParameter: Error, Equatable {
        /// The name of the parameter or header field, such as `X-Hub-Signature-256`.
        public let name: String
    }

    /// Creates parameters in the given order. A name may occur several times.
    public init(_ pairs: KeyValuePairs<String, String>) {
        for (name, value) in pairs {
            append(Array("\(name)=\(value)".utf8)[...], nameLength: name.utf8.count)
        }
    }

    /// Copies the `NAME=value` strings of a null-terminated C array. Ignores strings without `=`.
    init(environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard var next = environment else { return }
        bytes.reserveCapacity(4096)
        entries.reserveCapacity(48)
        while let pair = next.pointee {
            let text = UnsafeRawBufferPointer(start: pair, count: strlen(pair))
            if let nameLength = text.firstIndex(of: UInt8(ascii: "=")) { append(text[...], nameLength: nameLength) }
            next += 1
        }
    }

    /// Returns the value of the parameter `name`, or `nil` if the parameter is absent or empty, which means the same in
    /// RFC 3875 §4.1.
    ///
    /// - Throws: `RepeatedParameter` if the request has several parameters of this name: Bellpull does not guess which
    ///   value counts.
    public func value(of name: StaticString) throws(RepeatedParameter) -> String? {
        try single(name) { bytes, name in memcmp(bytes, name.utf8Start, name.utf8CodeUnitCount) == 0 }
    }

    /// Returns the value of the header field `name`, or `nil` if the field is absent or empty.
    ///
    /// The field `X-Hub-Signature-256` is the parameter `HTTP_X_HUB_SIGNATURE_256` (RFC 3875 §4.1.18), and
    /// `Content-Type` is `CONTENT_TYPE` (§4.1.3). A web server may have joined two fields of the same name with a comma
    /// (RFC 9110 §5.3).
    ///
    /// - Throws: `RepeatedParameter` if the request has several fields of this name, each as a parameter.
    public func header(_ name: StaticString) throws(RepeatedParameter) -> String? {
        try single(name, prefix: name.isContentType ? "" : "HTTP_", isField)
    }

    /// The names of all header fields, in the order of the parameters: `X-Gitee-Event` for `HTTP_X_GITEE_EVENT`. The
    /// web server has lost the case of the letters. A name may be any text without `=`.
    public var headerNames: [String] {
        entries.compactMap { entry in
            let name = String(decoding: bytes[entry.nameStart..<entry.valueStart - 1], as: UTF8.self)
            guard name.hasPrefix("HTTP_") else { return nil }
            let words = name.dropFirst(5).split(separator: "_", omittingEmptySubsequences: false)
            return words.map { "\($0.prefix(1))\($0.dropFirst().lowercased())" }.joined(separator: "-")
        }
    }

    private func single(
        _ name: StaticString, prefix: StaticString = "", _ isNamed: (UnsafeRawPointer, StaticString) -> Bool
    ) throws(RepeatedParameter) -> String? {
        let skipped = prefix.utf8CodeUnitCount
        let length = skipped + name.utf8CodeUnitCount
        var found: Entry?
        for entry in entries where entry.valueStart - 1 - entry.nameStart == length {
            let isMatch = bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress?.advanced(by: entry.nameStart) else { return false }
                return memcmp(start, prefix.utf8Start, skipped) == 0 && isNamed(start + skipped, name)
            }
            guard isMatch else { continue }
            guard found == nil else { throw RepeatedParameter(name: "\(name)") }
            found = entry
        }
        guard let found, found.valueStart < found.valueEnd else { return nil }
        return String(decoding: bytes[found.valueStart..<found.valueEnd], as: UTF8.self)
    }

    /// Whether `bytes` are `name` in upper case, with underscores instead of hyphens.
    private func isField(_ bytes: UnsafeRawPointer, _ name: StaticString) -> Bool {
        for index in 0..<name.utf8CodeUnitCount {
            let expected: UInt8 =
                switch name.utf8Start[index] {
                case UInt8(ascii: "-"): UInt8(ascii: "_")
                case let letter where letter >= UInt8(ascii: "a"): letter - 0x20
                case let other: other
                }
            guard bytes.load(fromByteOffset: index, as: UInt8.self) == expected else { return false }
        }
        return true
    }

    private mutating func append(_ pair: some Collection<UInt8>, nameLength: Int) {
        let start = bytes.count
        bytes.append(contentsOf: pair)
        entries.append(Entry(nameStart: start, valueStart: start + nameLength + 1, valueEnd: bytes.count))
    }
}

extension StaticString {
    fileprivate var isContentType: Bool {
        utf8CodeUnitCount == 12 && memcmp(utf8Start, ("Content-Type" as StaticString).utf8Start, 12) == 0
    }
}
