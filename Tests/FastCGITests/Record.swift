/// One FastCGI record (FastCGI 1.0 §3.3).
struct Record: Equatable {
    /// The types of records in these tests (FastCGI 1.0 §8).
    enum Kind: UInt8 {
        case begin = 1
        case abort = 2
        case end = 3
        case params = 4
        case stdin = 5
        case stdout = 6
        case getValues = 9
    }

    let kind: Kind
    var id: UInt16 = 1
    let content: [UInt8]
    var padding = 0

    /// The bytes sent for the record.
    var bytes: [UInt8] {
        let length = content.count
        let header: [UInt8] = [
            1, kind.rawValue, UInt8(id >> 8), UInt8(id & 0xff), UInt8(length >> 8), UInt8(length & 0xff),
            UInt8(padding), 0,
        ]
        return header + content + [UInt8](repeating: 0xaa, count: padding)
    }

    /// The beginning of a request (§5.1). Role 1 is Responder.
    static func begin(role: UInt8 = 1, keepsConnection: Bool = false) -> Record {
        Record(kind: .begin, content: [0, role, keepsConnection ? 1 : 0, 0, 0, 0, 0, 0])
    }

    /// Parameters (§3.4, §5.2). An empty record ends the stream.
    static func params(_ pairs: KeyValuePairs<String, String> = [:]) -> Record {
        let content = pairs.flatMap { name, value in
            length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
        }
        return Record(kind: .params, content: content)
    }

    /// A piece of the body (§5.3). An empty record ends the stream.
    static func stdin(_ text: String = "", padding: Int = 0) -> Record {
        Record(kind: .stdin, content: Array(text.utf8), padding: padding)
    }

    /// A whole request with the content length of `body`.
    static func request(_ body: String) -> [Record] {
        request(["CONTENT_LENGTH": "\(body.utf8.count)"], body)
    }

    /// A whole request.
    static func request(_ pairs: KeyValuePairs<String, String>, _ body: String = "") -> [Record] {
        [.begin(), .params(pairs), .params()] + (body.isEmpty ? [] : [.stdin(body)]) + [.stdin()]
    }

    /// Splits `bytes` into records. Returns `nil` if a record is incomplete or invalid.
    static func parse(_ bytes: [UInt8]) -> [Record]? {
        var records: [Record] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let header = Array(rest.prefix(8))
            guard header.count == 8, header[0] == 1, let kind = Kind(rawValue: header[1]) else { return nil }
            let length = Int(header[4]) << 8 | Int(header[5])
            let padding = Int(header[6])
            let content = Array(rest.dropFirst(8).prefix(length))
            guard rest.count >= 8 + length + padding else { return nil }
            records.append(
                Record(kind: kind, id: UInt16(header[2]) << 8 | UInt16(header[3]), content: content, padding: padding))
            rest = rest.dropFirst(8 + length + padding)
        }
        return records
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count > 127 else { return [UInt8(count)] }
        return [UInt8(count >> 24) | 0x80, UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff)]
    }
}
