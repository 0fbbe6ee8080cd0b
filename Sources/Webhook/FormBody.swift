internal import Foundation

/// A body of type `application/x-www-form-urlencoded` (WHATWG URL §5.1).
struct FormBody {
    private static let name: StaticString = "payload="

    private let bytes: Data

    init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// Returns the decoded value of the field `payload`, which must occur exactly once.
    func payload() throws(Malformed) -> Data {
        let fields = bytes.withUnsafeBytes(Self.fields)
        guard let field = fields.first else { throw Malformed("the form has no field named payload") }
        guard fields.count == 1 else { throw Malformed("the form has several fields named payload") }
        let payload = bytes.withUnsafeBytes { Self.decode(UnsafeRawBufferPointer(rebasing: $0[field])) }
        guard let payload else {
            throw Malformed("a percent sign in the form is not followed by two hexadecimal digits")
        }
        return payload
    }

    /// Returns the ranges of the values of the fields named `payload`, at most two.
    private static func fields(in form: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard let base = form.baseAddress else { return [] }
        var fields: [Range<Int>] = []
        var start = 0
        while start < form.count, fields.count < 2 {
            let ampersand = memchr(base + start, Int32(UInt8(ascii: "&")), form.count - start)
            let end = ampersand.map { UnsafeRawPointer($0) - base } ?? form.count
            let value = start + name.utf8CodeUnitCount
            if value <= end, memcmp(base + start, name.utf8Start, name.utf8CodeUnitCount) == 0 {
                fields.append(value..<end)
            }
            start = end + 1
        }
        return fields
    }

    /// Decodes `value`. Returns `nil` if a percent sign is not followed by two hexadecimal digits.
    private static func decode(_ value: UnsafeRawBufferPointer) -> Data? {
        // Pages of zeros take no memory until something is written to them.
        var decoded = Data(count: value.count)
        let count: Int? = decoded.withUnsafeMutableBytes { decode(value, into: $0) }
        return count.map { decoded.prefix($0) }
    }

    /// Decodes `value` into `decoded`, which is as long as `value`. Returns the number of decoded bytes.
    private static func decode(_ value: UnsafeRawBufferPointer, into decoded: UnsafeMutableRawBufferPointer) -> Int? {
        var count = 0
        var position = 0
        while position < value.count {
            var byte = value[position]
            position += 1
            switch byte {
            case UInt8(ascii: "+"): byte = UInt8(ascii: " ")
            case UInt8(ascii: "%"):
                guard position + 2 <= value.count,
                    let encoded = Hexadecimal.byte(value[position], value[position + 1])
                else { return nil }
                byte = encoded
                position += 2
            default: break
            }
            decoded[count] = byte
            count += 1
        }
        return count
    }
}
