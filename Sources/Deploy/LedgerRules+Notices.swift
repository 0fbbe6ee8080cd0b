internal import Foundation

/// The rules for notices:
///
/// - A site sends notices about the deployments that finish after the site began to send notices.
/// - A newer status of a commit replaces an older one that was not sent yet.
/// - A queue of a site has a bounded length. If it is full, its oldest notice is dropped.
/// - A new webhook lets earlier webhooks of its site, which go first, be tried at once.
extension LedgerRules {
    /// How many notices of one kind may wait at a site.
    private static let noticeLimit = 100

    func followNotices(of sites: Set<String>, keeping others: Set<String>) throws {
        let known = Set(try transaction.noticePosition(on: host).since.keys)
        let end = try transaction.endOfChain(on: host).number
        // Nothing was news to anybody.
        if known.isEmpty { try transaction.setNoticePosition(on: host, to: end) }
        for site in sites.subtracting(known) {
            try transaction.insertNoticeSite(SiteOnHost(name: site, host: host), since: end)
        }
        for site in known.subtracting(sites).subtracting(others) {
            try transaction.removeNotices(of: SiteOnHost(name: site, host: host))
        }
    }

    func enqueue(_ notices: [PendingNotice.Draft], readTo number: Int64?, at time: Date) throws -> Int {
        var dropped = 0
        for notice in notices {
            let site = SiteOnHost(name: notice.site, host: host)
            switch notice.kind {
            case .program: break
            case .webhook: try transaction.makeNoticesDue(site, .webhook, at: time)
            case .status: try transaction.removeNotices(of: site, .status, about: notice.subject)
            }
            try transaction.insert(notice, on: host, at: time)
            dropped += try transaction.trimNotices(of: site, notice.kind, keeping: Self.noticeLimit)
        }
        if let number { try transaction.setNoticePosition(on: host, to: number) }
        return dropped
    }

    func removeNotice(_ id: PendingNotice.ID) throws { try transaction.removeNotice(id) }

    func postponeNotice(_ id: PendingNotice.ID, until time: Date) throws {
        try transaction.postponeNotice(id, until: time)
    }
}
