internal import Deploy
internal import Foundation
internal import Git
internal import GRDB

extension DeploymentRecord {
    /// Reads a row of `LedgerStatement.deployment` or of a statement for listing deployments.
    init(_ row: Row) throws {
        let failure: String? = row["failure"]
        let started: Int64? = row["started"]
        let ended: Int64? = row["ended"]
        let duration: Int64? = row["duration"]
        let commit: String? = row["commit"]
        self.init(
            id: row["id"], site: SiteOnHost(name: row["site"], host: row["host"]), order: try row.order(at: "order"),
            cause: try row.cause(at: "cause"), state: try row.state(at: "state"), target: row.target,
            commit: commit.flatMap { Commit($0) }, queued: Date(milliseconds: row["queued"]),
            started: started.map { Date(milliseconds: $0) }, ended: ended.map { Date(milliseconds: $0) },
            duration: duration.map { Duration(stored: $0) }, failure: failure.map { Failure($0, hint: row["hint"]) },
            note: row["note"], nextTry: (row["next_try"] as Int64?).map { Date(milliseconds: $0) },
            deliveries: row["deliveries"], output: row["output"])
    }
}

extension DeploymentRecord.Target {
    /// Reads the columns of a target, whose names start with `prefix`.
    init?(_ row: Row, prefix: String) {
        let texts = ["ref", "commit", "before"].map { row[prefix + $0] as String? }
        guard let ref = texts[0], let commit = texts[1].flatMap({ Commit($0) }) else { return nil }
        self.init(
            ref: ref, commit: commit, before: texts[2].flatMap { Commit($0) },
            isDeletion: row[prefix + "deleted"])
    }
}

extension Row {
    func cause(at column: String) throws -> DeploymentRecord.Cause {
        try word(at: column, DeploymentRecord.Cause.init(rawValue:))
    }

    func state(at column: String) throws -> DeploymentRecord.State {
        try word(at: column, DeploymentRecord.State.init(rawValue:))
    }

    func order(at column: String) throws -> Order { try word(at: column, Order.init(rawValue:)) }

    /// The announced target; `nil` without an announcement.
    var target: DeploymentRecord.Target? { DeploymentRecord.Target(self, prefix: "target_") }

    /// Reads a word of a list. Later versions of Bellpull extend the list, so the schema does not check the word.
    private func word<Word>(at column: String, _ read: (String) -> Word?) throws -> Word {
        let text: String = self[column]
        guard let word = read(text) else {
            throw LedgerError(
                "the ledger has a deployment with the \(column) '\(text)', which this bellpull does not know",
                hint: "install the bellpull that wrote the ledger, or a newer one", isOfEntry: true)
        }
        return word
    }
}

extension Date {
    /// Creates a time from a row. A person may have written any number: the time is cut at the years 1 and 9999, the limits of
    /// formatted times.
    init(milliseconds: Int64) {
        let milliseconds = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_000)
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

extension Duration {
    /// Creates a duration from a row, cut at a thousand years like a time.
    init(stored milliseconds: Int64) { self = .milliseconds(min(max(milliseconds, 0), 31_556_952_000_000)) }

    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
