internal import Foundation

/// A body of type `application/x-www-form-urlencoded` (WHATWG URL §5.1).
struct FormBody {
    private let bytes: Data

    init(_ bytes: Data) {
        self.bytes = bytes
    }

    /// The value of the one field `payload`.
    func payload() throws(Malformed) -> Data {
        let name = Data("payload=".utf8)
        let fields = bytes.split(separator: UInt8(ascii: "&")).filter { $0.starts(with: name) }
        guard let field = fields.first else { throw Malformed("the form has no field named payload") }
        guard fields.count == 1 else { throw Malformed("the form has several fields named payload") }
        let text = String(data: field.dropFirst(name.count), encoding: .utf8)
        guard let value = text?.replacingOccurrences(of: "+", with: " ").removingPercentEncoding else {
            throw Malformed("the form is not percent-encoded correctly")
        }
        return Data(value.utf8)
    }
}
