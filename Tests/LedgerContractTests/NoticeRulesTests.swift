import Deploy
import Foundation
import Git
import TestSupport
import Testing

@Suite struct `a notice` {
    private let start = Date(timeIntervalSince1970: 1_000_000)

    private func draft(
        _ kind: PendingNotice.Kind = .webhook, site: String = "blog", about subject: String = "failed",
        body: String = "{}"
    ) -> PendingNotice.Draft {
        PendingNotice.Draft(
            site: site, kind: kind, deployment: 7, subject: subject, message: "id-\(body)", body: body)
    }

    private func ledger(_ home: any StoreUnderTest.Home) throws -> any NoticeLedger {
        try #require(home.ledger as? any NoticeLedger)
    }

    @discardableResult
    private func enqueue(
        _ ledger: any NoticeLedger, _ drafts: PendingNotice.Draft..., readTo number: Int64? = nil, at time: Date? = nil
    ) throws -> Int {
        try ledger.write { try $0.enqueue(drafts, readTo: number, at: time ?? start) }
    }

    @Test(arguments: StoreUnderTest.all)
    func `waits in the queue of its site and kind, in the order of arrival`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        try enqueue(
            ledger, draft(body: "1"), draft(body: "2"), draft(.program, body: "3"), draft(site: "shop", body: "4"))
        let first = try ledger.nextNotices()
        #expect(first.map(\.draft.message) == ["id-1", "id-3", "id-4"])
        #expect(
            first.allSatisfy { $0.draft.body.isEmpty && $0.nextTry == start && $0.created == start && $0.tries == 0 })
        #expect(try ledger.notice(first[0].id)?.draft == draft(body: "1"))
        try ledger.write { try $0.removeNotice(first[0].id) }
        #expect(try ledger.nextNotices().map(\.draft.message) == ["id-2", "id-3", "id-4"])
        #expect(try ledger.notice(first[0].id) == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `is due again after a failed try, and at once when a newer webhook arrives`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        try enqueue(ledger, draft(.webhook, body: "1"), draft(.status, body: "2"))
        let later = start + 3600
        for notice in try ledger.nextNotices() { try ledger.write { try $0.postponeNotice(notice.id, until: later) } }
        #expect(try ledger.nextNotices().map(\.nextTry) == [later, later])
        #expect(try ledger.nextNotices().map(\.tries) == [1, 1])
        try enqueue(ledger, draft(.webhook, body: "3"), draft(.status, about: "other", body: "4"), at: start + 60)
        let next = try ledger.nextNotices()
        #expect(next.map(\.draft.message) == ["id-1", "id-2"] && next.map(\.nextTry) == [start + 60, later])
    }

    @Test(arguments: StoreUnderTest.all)
    func `of a commit replaces an older status of the commit at the site`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        try enqueue(
            ledger, draft(.status, about: "c1", body: "1"), draft(.status, about: "c2", body: "2"),
            draft(.status, site: "shop", about: "c1", body: "3"))
        try enqueue(ledger, draft(.status, about: "c1", body: "4"))
        var messages: [String] = []
        while let notice = try ledger.nextNotices().first {
            messages.append(notice.draft.message)
            try ledger.write { try $0.removeNotice(notice.id) }
        }
        #expect(messages == ["id-2", "id-3", "id-4"])
    }

    @Test(arguments: StoreUnderTest.all)
    func `is dropped if a hundred newer ones wait`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        for number in 1...100 { #expect(try enqueue(ledger, draft(.program, body: "\(number)")) == 0) }
        #expect(try enqueue(ledger, draft(.program, body: "101"), draft(.program, site: "shop")) == 1)
        #expect(try ledger.nextNotices().map(\.draft.message) == ["id-2", "id-{}"])
    }
}

@Suite struct `the news of a site` {
    private func ledger(_ home: any StoreUnderTest.Home) throws -> any NoticeLedger {
        try #require(home.ledger as? any NoticeLedger)
    }

    @Test(arguments: StoreUnderTest.all)
    func `begins when the site begins to send notices, and survives everything else`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        try ledger.deploy(1)
        try ledger.write { try $0.followNotices(of: ["blog"], keeping: []) }
        #expect(try ledger.noticePosition() == NoticePosition(number: 1, since: ["blog": 1]))
        try ledger.deploy(2, result: .failed(Failure("no")))
        try ledger.deploy(3, at: "shop")
        #expect(try ledger.finishedDeployments(after: 1, limit: 9).map(\.number) == [2, 3])
        #expect(try ledger.finishedDeployments(after: 1, limit: 1).map(\.record.site.name) == ["blog"])
        _ = try ledger.write { try $0.enqueue([], readTo: 3, at: Date()) }
        try ledger.write { try $0.followNotices(of: ["blog", "shop"], keeping: []) }
        #expect(try ledger.noticePosition() == NoticePosition(number: 3, since: ["blog": 1, "shop": 3]))
        try ledger.write { try $0.followNotices(of: ["shop"], keeping: ["blog"]) }
        #expect(try ledger.noticePosition().since.count == 2, "the file of a site may have a mistake for a while")
        try ledger.write { try $0.followNotices(of: ["shop"], keeping: []) }
        #expect(try Array(ledger.noticePosition().since.keys) == ["shop"])
        try ledger.write { try $0.followNotices(of: [], keeping: []) }
        try ledger.deploy(4)
        try ledger.write { try $0.followNotices(of: ["blog"], keeping: []) }
        #expect(try ledger.noticePosition() == NoticePosition(number: 4, since: ["blog": 4]), "nobody was to be told")
    }

    @Test(arguments: StoreUnderTest.all)
    func `compares a deployment with the one that finished before it`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        try ledger.deploy(1, result: .failed(Failure("no")))
        try ledger.deploy(2)
        try ledger.deploy(3, at: "shop", result: .failed(Failure("no")))
        try ledger.deploy(4, result: .skipped("the commit says so"))
        #expect(try ledger.stateBefore(5, since: 0, of: "blog") == .deployed)
        #expect(try ledger.stateBefore(2, since: 0, of: "blog") == .failed)
        #expect(try ledger.stateBefore(2, since: 1, of: "blog") == nil)
        #expect(try ledger.stateBefore(1, since: 0, of: "blog") == nil)
    }

    @Test(arguments: StoreUnderTest.all)
    func `has the deployments that run now`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = try ledger(home)
        try ledger.record(1, for: ["blog", "shop"])
        let id = try #require(try ledger.start("blog")).id
        #expect(try ledger.runningDeployments().map(\.id) == [id])
        #expect(try ledger.runningDeployments().first?.target?.commit == .fake(1))
        try ledger.finish(id, .deployed(.fake(1)))
        #expect(try ledger.runningDeployments().isEmpty)
    }
}
