@testable import Webhook

/// The header fields of a request, by their names as they are looked up.
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

    /// Like a request's: throws if the field came twice.
    func lookup(_ name: StaticString) throws -> String? {
        let values = fields["\(name)"] ?? []
        guard values.count <= 1 else { throw Repeated() }
        return values.first
    }
}
