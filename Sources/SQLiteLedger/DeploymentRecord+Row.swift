internal import Deploy
internal import Foundation
internal import Git
internal import GRDB

extension DeploymentRecord {
    /// What `init(_:)` reads, but for the output, which comes last.
    static let columns = """
        id, site, cause, state, target_ref, target_commit, "commit", queued, started, ended, duration, failure, hint,
        (SELECT count(*) FROM request WHERE deployment = deployment.id) AS deliveries
        """

    init(_ row: Row) {
        let failure: String? = row["failure"]
        let started: Int64? = row["started"]
        let ended: Int64? = row["ended"]
        let duration: Int64? = row["duration"]
        let commit: String? = row["commit"]
        self.init(
            id: row["id"], site: row["site"], cause: row.cause(at: 2), state: row.state(at: 3),
            target: row.target(at: 4), commit: commit.flatMap { Commit($0) },
            queued: Date(milliseconds: row["queued"]), started: started.map { Date(milliseconds: $0) },
            ended: ended.map { Date(milliseconds: $0) }, duration: duration.map { .milliseconds($0) },
            failure: failure.map { Failure($0, hint: row["hint"]) }, deliveries: row["deliveries"],
            output: row["output"])
    }
}

extension Row {
    // The schema lets no other words in.
    func cause(at index: Int) -> DeploymentRecord.Cause { DeploymentRecord.Cause(rawValue: self[index]) ?? .command }
    func state(at index: Int) -> DeploymentRecord.State { DeploymentRecord.State(rawValue: self[index]) ?? .failed }

    /// The reference in column `index`, and the commit in the next.
    func target(at index: Int) -> DeploymentRecord.Target? {
        guard let ref: String = self[index], let commit: String = self[index + 1] else { return nil }
        return Commit(commit).map { DeploymentRecord.Target(ref: ref, commit: $0) }
    }
}

extension Date {
    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

extension Duration {
    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}
