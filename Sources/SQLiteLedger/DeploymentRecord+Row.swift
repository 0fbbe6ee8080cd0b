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
            duration: duration.map { .milliseconds($0) }, failure: failure.map { Failure($0, hint: row["hint"]) },
            deliveries: row["deliveries"], output: row["output"])
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

    /// The announced target; `nil` if none was announced.
    var target: DeploymentRecord.Target? {
        guard let ref: String = self["target_ref"], let commit: String = self["target_commit"] else { return nil }
        return Commit(commit).map { DeploymentRecord.Target(ref: ref, commit: $0) }
    }

    /// Reads a word of a list. Later versions of Bellpull extend the list, so the schema does not check the word.
    private func word<Word>(at column: String, _ read: (String) -> Word?) throws -> Word {
        let text: String = self[column]
        guard let word = read(text) else {
            throw LedgerError(
                "the ledger has a deployment with the \(column) '\(text)', which this bellpull does not know",
                hint: "install the bellpull that wrote the ledger, or a newer one")
        }
        return word
    }
}

extension Date {
    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

extension Duration {
    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
