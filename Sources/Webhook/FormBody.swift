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
        guard let decoded = Self.buffer(field.count) else { throw Malformed("no memory is left for the form") }
        let count = bytes.withUnsafeBytes { Self.decode(UnsafeRawBufferPointer(rebasing: $0[field]), into: decoded) }
        guard let count else {
            free(decoded)
            throw Malformed("a percent sign in the form is not followed by two hexadecimal digits")
        }
        return Data(bytesNoCopy: decoded, count: count, deallocator: .free)
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

    /// Allocates memory, which takes pages only when something is written to them. Large memory gets huge pages if the
    /// system has them (madvise(2)).
    private static func buffer(_ size: Int) -> UnsafeMutableRawPointer? {
        let hugePage = 2 << 20
        guard size > 2 * hugePage else { return malloc(max(size, 1)) }
        guard let buffer = aligned_alloc(hugePage, size) else { return nil }
        madvise(buffer, size, MADV_HUGEPAGE)
        return buffer
    }

    /// Decodes `value` into `decoded`, which has room for as many bytes. Returns the number of decoded bytes, or `nil` if a
    /// percent sign is not followed by two hexadecimal digits.
    private static func decode(_ value: UnsafeRawBufferPointer, into decoded: UnsafeMutableRawPointer) -> Int? {
        var count = 0
        var position = 0
        while position < value.count {
            var byte = value[position]
            position &+= 1
            if byte == UInt8(ascii: "%") {
                guard position &+ 2 <= value.count,
                    let encoded = Hexadecimal.byte(value[position], value[position &+ 1])
                else { return nil }
                byte = encoded
                position &+= 2
            } else if byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            }
            decoded.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
            count &+= 1
        }
        return count
    }
}
