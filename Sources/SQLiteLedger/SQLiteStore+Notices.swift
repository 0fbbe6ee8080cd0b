public import Deploy
internal import Foundation
internal import GRDB

extension SQLiteStore {
    /// Returns the sites of `host` that send notices, and how far the deployments have been read.
    public func noticePosition(on host: String) throws(LedgerError) -> NoticePosition {
        try read { try SQLiteTransaction(database: $0).noticePosition(on: host) }
    }

    /// Returns the deployments on `host` that finished after the receipt `number`.
    public func finishedDeployments(
        on host: String, after number: Int64, limit: Int
    ) throws(LedgerError) -> [NumberedDeployment] {
        try read { database in
            try Row.fetchAll(database, sql: LedgerStatement.finishedAfter.sql, arguments: [host, number, limit]).map {
                NumberedDeployment(number: $0["number"], record: try DeploymentRecord($0))
            }
        }
    }

    /// Returns the running deployments on `host`.
    public func runningDeployments(on host: String) throws(LedgerError) -> [DeploymentRecord] {
        try read {
            try Row.fetchAll($0, sql: LedgerStatement.allRunning.sql, arguments: [host]).map(DeploymentRecord.init)
        }
    }

    /// Returns how the last deployment of `site` between two receipts ended.
    public func stateBefore(
        _ number: Int64, since: Int64, of site: SiteOnHost
    ) throws(LedgerError) -> DeploymentRecord.State? {
        try read { database in
            let arguments: StatementArguments = [site.host, site.name, number, since]
            return try Row.fetchOne(database, sql: LedgerStatement.stateBefore.sql, arguments: arguments).map {
                try $0.state(at: "state")
            }
        }
    }

    /// Returns the oldest notice of each site and kind on `host`, without the text.
    public func nextNotices(on host: String) throws(LedgerError) -> [PendingNotice] {
        try read {
            try Row.fetchAll($0, sql: LedgerStatement.nextNotices.sql, arguments: [host]).compactMap(PendingNotice.init)
        }
    }

    /// Returns a notice with its text.
    public func notice(_ id: PendingNotice.ID) throws(LedgerError) -> PendingNotice? {
        try read {
            try Row.fetchOne($0, sql: LedgerStatement.notice.sql, arguments: [id]).flatMap(PendingNotice.init)
        }
    }
}

extension PendingNotice {
    /// Reads a row of `notice`; `nil` for a kind of a later version.
    fileprivate init?(_ row: Row) {
        guard let kind = Kind(rawValue: row["kind"]) else { return nil }
        let draft = Draft(
            site: row["site"], kind: kind, deployment: row["deployment"], subject: row["subject"],
            message: row["message"], body: row["body"])
        self.init(
            id: row["id"], draft, created: Date(milliseconds: row["created"]), tries: row["tries"],
            nextTry: Date(milliseconds: row["next_try"]))
    }
}
