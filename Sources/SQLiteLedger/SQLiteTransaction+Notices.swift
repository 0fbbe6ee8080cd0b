internal import Deploy
internal import Foundation
internal import GRDB

/// The notices, which only few transactions write.
extension SQLiteTransaction {
    func noticePositions(on host: String) throws -> [String: NoticePosition] {
        let rows = try Row.fetchAll(statement(.noticePositions), arguments: [host])
        return Dictionary(rows.map { ($0["site"], NoticePosition($0)) }) { first, _ in first }
    }

    func insertNoticePosition(_ site: SiteOnHost, at number: Int64) throws {
        try run(.insertNoticePosition, [site.host, site.name, number])
    }

    func moveNoticePositions(on host: String, to number: Int64) throws {
        try run(.moveNoticePositions, [number, host])
    }

    func removeNotices(of site: SiteOnHost) throws {
        try run(.deleteNoticePosition, [site.host, site.name])
        try run(.deleteNoticesOfSite, [site.host, site.name])
    }

    func removeNotices(of site: SiteOnHost, _ kind: PendingNotice.Kind, about subject: String) throws {
        try run(.deleteNoticesAbout, [site.host, site.name, kind.rawValue, subject])
    }

    func insert(_ notice: PendingNotice.Draft, on host: String, at time: Date) throws {
        try run(
            .insertNotice,
            [
                host, notice.site, notice.kind.rawValue, notice.deployment, notice.subject, notice.message, notice.body,
                time.milliseconds,
            ])
    }

    func trimNotices(of site: SiteOnHost, _ kind: PendingNotice.Kind, keeping count: Int) throws -> Int {
        try run(.trimNotices, [site.host, site.name, kind.rawValue, count])
        return database.changesCount
    }

    func makeNoticesDue(_ site: SiteOnHost, _ kind: PendingNotice.Kind, at time: Date) throws {
        try run(.makeNoticesDue, [time.milliseconds, site.host, site.name, kind.rawValue])
    }

    func removeNotice(_ id: PendingNotice.ID) throws { try run(.deleteNotice, [id]) }

    func postponeNotice(_ id: PendingNotice.ID, until nextTry: Date) throws {
        try run(.postponeNotice, [nextTry.milliseconds, id])
    }
}

extension NoticePosition {
    init(_ row: Row) { self.init(since: row["since"], number: row["number"]) }
}
