extension Response {
    /// Returns the reply to a GET or HEAD `request`: with an entity tag, without a body if the client has the body already
    /// (status 304, RFC 9110 §13.1.2), and without a body for HEAD. Only a reply 200 gets an entity tag.
    public func conditional(on request: Request) -> Response {
        var response = self
        if status == 200 {
            let tag = FieldValue(entityTag: body)
            response.headers.append(("ETag", tag))
            if request.accepts(tag) {
                response = Response(status: 304, headers: response.headers, contentType: contentType, body: "")
            }
        }
        response.omitsBody = (try? request.params.value(of: "REQUEST_METHOD")) == "HEAD"
        return response
    }
}

extension Request {
    /// Whether the client has the body with the entity tag `tag`: compares weakly, because nginx makes a tag weak when it
    /// compresses the body.
    fileprivate func accepts(_ tag: FieldValue) -> Bool {
        guard let known = (try? params.header("If-None-Match")) ?? nil else { return false }
        return known.split(separator: ",").contains { item in
            let item = item.drop { $0 == " " || $0 == "\t" }
            let name = item.hasPrefix("W/") ? item.dropFirst(2) : item
            return name.prefix { $0 != " " } == tag.description || item == "*"
        }
    }
}

extension FieldValue {
    /// Creates the strong entity tag of `body` (RFC 9110 §8.8.3): the hash FNV-1a. Equal bodies have equal tags in all
    /// processes.
    init(entityTag body: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in body.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        self.init(unescaped: "\"\(String(hash, radix: 16))\"")
    }
}
