@testable import Webhook

/// The header fields of a request.
struct Headers: ExpressibleByDictionaryLiteral {
    struct Repeated: Error {}

    private var fields: [String: [String]] = [:]

    init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { fields[name, default: []].append(value) }
    }

    subscript(name: String) -> String? {
        get { fields[name]?.first }
        set { fields[name] = newValue.map { [$0] } }
    }

    /// Returns the value of a field. Throws if there are several fields of this name.
    func lookup(_ name: StaticString) throws -> String? {
        let values = fields["\(name)"] ?? []
        guard values.count <= 1 else { throw Repeated() }
        return values.first
    }
}
