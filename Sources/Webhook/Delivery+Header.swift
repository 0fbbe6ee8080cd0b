extension Delivery {
    /// Looks up a header field; throws if it came twice.
    public typealias HeaderLookup = (_ name: StaticString) throws -> String?

    /// The value of a header field that holds no comma: with one, a web server may have joined a field that was sent
    /// twice (RFC 9110 §5.3), and which of them counts is not for us to guess.
    static func value(of name: StaticString, _ header: HeaderLookup) throws -> String? {
        let value = try header(name)
        guard let value, value.utf8.contains(UInt8(ascii: ",")) else { return value }
        throw Malformed("the header \(name) came twice")
    }
}
