internal import FastCGI

/// The numbers in the query of an address, such as `before=120`. Anything else in the query is ignored.
struct PageQuery {
    private let numbers: [String: Int64]

    /// Reads the query of `request`.
    init(_ request: Request) {
        let query = (try? request.params.value(of: "QUERY_STRING")) ?? nil
        // A longer query is none that a page has written.
        let pairs = (query ?? "").utf8.count <= 200 ? (query ?? "").split(separator: "&") : []
        let numbers = pairs.compactMap { pair -> (String, Int64)? in
            let words = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard words.count == 2, let number = Int64(decimal: words[1]) else { return nil }
            return (words[0], number)
        }
        self.numbers = Dictionary(numbers) { first, _ in first }
    }

    /// The number `name`; `nil` if the query has none.
    subscript(name: String) -> Int64? { numbers[name] }
}
