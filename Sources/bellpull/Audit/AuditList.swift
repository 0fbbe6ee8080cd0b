/// Prints the JSON of an audit: one object, with the list of the deliveries as its first member. Prints the deliveries while the
/// log is read, so a log of any length needs little memory.
struct AuditList {
    private var bytes: [UInt8] = []
    private var isEmpty = true

    /// How many bytes are printed at once.
    private static let batch = 64 << 10

    /// Adds the next delivery.
    mutating func add(_ delivery: AuditView.Delivery) {
        // A view of texts and numbers can always be encoded.
        guard let text = try? Printer.json(delivery) else { return }
        bytes += Array((isEmpty ? Self.beginning : ",\n").utf8)
        bytes += Array(text.utf8)
        isEmpty = false
        if bytes.count >= Self.batch { flush() }
    }

    /// Ends the list, and prints the members of `view` after it.
    mutating func finish(_ view: AuditView) throws {
        let members = try Printer.json(view).dropFirst()
        bytes += Array("\(isEmpty ? Self.beginning : "\n")],\(members)\n".utf8)
        flush()
    }

    private static let beginning = "{\n  \"deliveries\" : [\n"

    private mutating func flush() {
        Printer.print(bytes: bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
