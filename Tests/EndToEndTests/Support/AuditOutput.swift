/// What `bellpull audit --json` prints.
struct AuditOutput: Decodable {
    struct Problem: Decodable {
        let kind: String
        let message: String
        let delivery: String?
        let site: String?
        let deployment: Int?
    }
    struct Delivery: Decodable {
        let outcome: String?
        let verdict: String
    }
    struct Refusal: Decodable { let remote: String, count: Int }
    struct BadLine: Decodable { let line: Int?, reason: String, beginning: String }
    struct Unannounced: Decodable { let deployment: Int, cause: String }

    let agrees: Bool
    let disagreements: [Problem]
    let deliveries: [Delivery]
    let compared: Int
    let older_than_ledger: Int
    let outcomes: [String: Int]
    let refused: Int
    let refusals: [Refusal]
    let bad_line_count: Int
    let bad_lines: [BadLine]
    let without_delivery: [Unannounced]
    let not_in_log: Int
    let verified_receipts: Int?
    let durations_ms: [String: Int]?

    var kinds: [String] { disagreements.map(\.kind) }
}
