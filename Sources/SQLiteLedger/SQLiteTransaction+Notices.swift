internal import Deploy
internal import Foundation
internal import GRDB

/// The notices, which only few transactions write.
extension SQLiteTransaction {
    func noticePosition(on host: String) throws -> NoticePosition {
        let number = try Int64.fetchOne(statement(.noticePosition), arguments: [host])
        let rows = try Row.fetchAll(statement(.noticeSites), arguments: [host])
        return NoticePosition(
            number: number ?? 0, since: Dictionary(rows.map { ($0["site"], $0["since"]) }) { first, _ in first })
    }

    func insertNoticeSite(_ site: SiteOnHost, since number: Int64) throws {
        try run(.insertNoticeSite, [site.host, site.name, number])
    }

    func setNoticePosition(on host: String, to number: Int64) throws { try run(.setNoticePosition, [host, number]) }

    func removeNotices(of site: SiteOnHost) throws {
        try run(.deleteNoticeSite, [site.host, site.name])
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
