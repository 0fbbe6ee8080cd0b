import TestSupport
import Deploy
import Foundation
import Git
import Testing

@Suite struct `receipts` {
    private let old = Date(timeIntervalSince1970: 1000)

    /// The links in the order of the chain, the finished deployments without one, and the verification.
    private func chain(
        _ ledger: any Ledger
    ) throws -> (links: [ChainLink], unchained: [Int64], verification: ChainVerification) {
        var (links, unchained): ([ChainLink], [Int64]) = ([], [])
        var verification = ChainVerification(try ledger.extent())
        _ = try ledger.read(verifying: true) { _, entry in
            switch entry {
            case .deployment(let record, let link?):
                links.append(link)
                verification.add(link, record)
            case .deployment(let record, nil):
                if record.state.isFinished { unchained.append(record.id) }
                verification.addUnchained(record.id, isFinished: record.state.isFinished)
            default: break
            }
        }
        return (links, unchained, verification)
    }

    @Test(arguments: StoreUnderTest.all)
    func `are given to every deployment that ends, however it ends`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        #expect(try ledger.write { try $0.newestReceipt() } == nil)
        try ledger.deploy(1)
        try ledger.deploy(2, result: .failed(Failure("no", hint: "yes")))
        try ledger.record(1, isAtCommit: true)
        try ledger.record(3, isAtCommit: true)
        try ledger.record(4)
        _ = try ledger.write { try $0.reject("blog", Failure("locked"), at: Date()) }
        let id = try ledger.write { try $0.queue("blog", .follow, cause: .command, target: nil, at: Date()) }
        try ledger.write { try $0.withdraw(id, Failure("withdrawn"), at: Date()) }
        _ = try ledger.write { writer in
            let target = DeploymentRecord.Target.main(try .fake(9))
            return try writer.recordUnchanged("blog", target, cause: .catchUp, at: Date())
        }
        try ledger.record(5)
        try ledger.start()
        try ledger.start()
        let (links, unchained, verification) = try chain(ledger)
        let finished = try ledger.all.filter(\.state.isFinished).map(\.id)
        #expect(finished.count == 7 && links.map(\.deployment).sorted() == finished && unchained.isEmpty)
        #expect(links.map(\.number) == Array(1...7))
        #expect(links.first?.previous == Receipt.none)
        #expect(zip(links, links.dropFirst()).allSatisfy { $0.receipt == $1.previous })
        #expect(verification.faults.isEmpty && verification.verified == 7)
        #expect(try ledger.write { try $0.newestReceipt() } == links.last?.receipt)
    }

    @Test(arguments: StoreUnderTest.all)
    func `follow the order in which deployments end`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1, for: ["blog"])
        try ledger.record(2, for: ["shop"])
        let (blog, shop) = (try #require(try ledger.start("blog")), try #require(try ledger.start("shop")))
        try ledger.finish(shop.id, .deployed(.fake(2)))
        try ledger.finish(blog.id, .deployed(.fake(1)))
        #expect(try chain(ledger).links.map(\.deployment) == [shop.id, blog.id])
    }

    @Test(arguments: StoreUnderTest.all)
    func `are a chain per host`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let other = home.ledger(on: "other")
        try home.ledger.deploy(1)
        try other.deploy(2)
        try home.ledger.deploy(3)
        #expect(try chain(home.ledger).links.map(\.number) == [1, 2])
        #expect(try chain(other).links.map(\.number) == [1])
        #expect(try chain(other).verification.faults.isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `are none for a deployment that waits, and one when it ends`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1)
        let started = try #require(try ledger.start())
        try ledger.finish(started.id, .waiting(for: "abc"))
        #expect(try chain(ledger).links.isEmpty)
        try ledger.write { try $0.makeDue("blog", at: Date()) }
        try ledger.finish(try #require(try ledger.start()).id, .deployed(.fake(1)))
        #expect(try chain(ledger).links.count == 1)
    }

    @Test(arguments: StoreUnderTest.all)
    func `still verify after pruning, and go on`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1, at: "old", on: old)
        for number in 2...6 { try ledger.deploy(number, on: old + Double(number)) }
        for number in 7...8 { try ledger.deploy(number) }
        let last = try chain(ledger).links.last
        let pruned = try ledger.write {
            try $0.prune(before: Date(timeIntervalSince1970: 2000), keeping: 1000, limit: 1000)
        }
        #expect(pruned == 11)
        var (links, _, verification) = try chain(ledger)
        #expect(links.map(\.number) == [1, 7, 8] && links.last == last)
        #expect(verification.faults.isEmpty && verification.verified == 3)
        let extent = try ledger.extent()
        #expect(extent.anchor.number == 6 && extent.anchor.receipt == links[1].previous)
        #expect(extent.deployments >= old + 6 && extent.deliveries >= old + 6)
        try ledger.deploy(9)
        (links, _, verification) = try chain(ledger)
        #expect(links.map(\.number) == [1, 7, 8, 9] && verification.faults.isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `go on after the newest was pruned`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.record(1, received: old)
        let first = try #require(try ledger.start(at: old))
        try ledger.record(2, received: old)
        _ = try ledger.write { try $0.reject("blog", Failure("locked"), at: old) }
        try ledger.finish(first.id, .deployed(.fake(1)), at: old)
        let newest = try ledger.write { try $0.newestReceipt() }
        _ = try ledger.write { try $0.prune(before: Date(), keeping: 1000, limit: 1000) }
        #expect(try chain(ledger).links.map(\.number) == [1])
        #expect(try ledger.write { try $0.newestReceipt() } == newest)
        try ledger.deploy(3)
        let (links, _, verification) = try chain(ledger)
        #expect(links.map(\.number) == [1, 3] && verification.faults.isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `keep a delivery that was sent again as long as its new deployment`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1, on: old)
        try ledger.deploy(2, on: old)
        try ledger.record(1)
        try ledger.finish(try #require(try ledger.start()).id, .deployed(.fake(1)))
        _ = try ledger.write { try $0.prune(before: Date() - 60, keeping: 1000, limit: 1000) }
        #expect(try ledger.all.map(\.deliveries) == [1])
        #expect(try home.count("delivery") == 1)
    }
}

@Suite struct `the past` {
    private func time(_ minute: Int) -> Date { Date(timeIntervalSince1970: 1_700_000_000 + Double(minute) * 60) }

    @Test(arguments: StoreUnderTest.all)
    func `is what was live at each site`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        try ledger.deploy(1, at: "blog", on: time(1))
        try ledger.deploy(1, at: "shop", on: time(2))
        try ledger.record(10, commit: 1, for: ["blog"], isAtCommit: true, received: time(3))
        try ledger.deploy(2, at: "blog", result: .failed(Failure("no")), on: time(4))
        try ledger.deploy(3, at: "blog", on: time(6))
        #expect(try ledger.liveDeployments(at: time(0), of: nil).isEmpty)
        let at5 = try ledger.liveDeployments(at: time(5), of: nil)
        #expect(at5.map(\.record.site.name) == ["blog", "shop"])
        #expect(at5.map(\.record.ended) == [time(1), time(2)])
        #expect(at5.map(\.record.commit) == [try .fake(1), try .fake(1)])
        #expect(at5.map { $0.laterFailure?.ended } == [time(4), nil])
        #expect(at5[0].deliveries.map(\.repository) == ["alice/blog"] && at5[0].deliveries[0].received == time(1))
        let at3 = try ledger.liveDeployments(at: time(3), of: "blog")
        #expect(at3.map(\.record.id) == [1] && at3[0].laterFailure == nil)
        #expect(try ledger.liveDeployments(at: time(6), of: "blog").map(\.record.commit) == [try .fake(3)])
        #expect(try ledger.liveDeployments(at: time(9), of: "wiki").isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `finds the deployments that a delivery asked for`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        _ = try ledger.record(1, commit: 1, forgeID: "abc-1", for: ["blog", "shop"])
        _ = try ledger.record(2, commit: 1, forgeID: "abc-2", for: ["blog"])
        let found = try ledger.deployments(askedByDelivery: "abc-1")
        #expect(Set(found.map(\.site.name)) == ["blog", "shop"])
        #expect(try ledger.deployments(askedByDelivery: "abc-2").map(\.site.name) == ["blog"])
        #expect(try ledger.deployments(askedByDelivery: "abc").isEmpty)
        let id = try #require(found.first { $0.site.name == "blog" }?.id)
        #expect(try ledger.deliveries(of: id).map(\.forgeID).first == "abc-1")
        #expect(try ledger.deliveries(of: 99).isEmpty)
    }

    @Test(arguments: StoreUnderTest.all)
    func `begins anew when a commit comes back`(_ store: StoreUnderTest) throws {
        let home = try store.make()
        defer { withExtendedLifetime(home) {} }
        let ledger = home.ledger
        for (minute, commit) in [1, 2, 1].enumerated() {
            try ledger.record(minute, commit: commit, received: time(minute))
            try ledger.finish(
                try #require(try ledger.start(at: time(minute))).id, .deployed(.fake(commit)), at: time(minute))
        }
        #expect(try ledger.liveDeployments(at: time(9), of: "blog").map(\.record.ended) == [time(2)])
    }
}
