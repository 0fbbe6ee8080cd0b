import TestSupport
import Testing

@testable import Deploy

@Suite struct `the queue of sites` {
    private let blog: Site
    private let shop: Site

    init() throws {
        blog = try .fake(FakeStrategy(), name: "blog")
        shop = try .fake(FakeStrategy(), name: "shop")
    }

    private func queue(limit: Int = 2) -> SiteQueue<String> { SiteQueue(limit: limit) }

    @Test func `gives a site one turn, and is idle afterwards`() {
        var queue = queue()
        #expect(queue.enqueue(blog, for: 1, "a") == true)
        #expect(queue.contains("blog") && queue.waitingCount == 1 && !queue.isIdle)
        #expect(queue.addWorker() == true)
        #expect(queue.startNext()?.name == "blog")
        queue.recordStart(of: 1, at: "blog")
        #expect(queue.recordEnd(of: 1, at: "blog") == ["a"])
        #expect(queue.finishTurn(of: "blog")?.waiters.isEmpty == true)
        #expect(queue.startNext() == nil)
        #expect(queue.isIdle && !queue.contains("blog"))
    }

    @Test func `lets all waiters for a deployment share its result`() {
        var queue = queue()
        for waiter in ["a", "b", "c"] { #expect(queue.enqueue(blog, for: 1, waiter) == true) }
        #expect(queue.waitingCount == 1)
        start(&queue, 1)
        #expect(queue.enqueue(blog, for: 1, "late") == true)
        #expect(queue.recordEnd(of: 1, at: "blog") == ["a", "b", "c", "late"])
        #expect(queue.finishTurn(of: "blog") != nil, "the running deployment served all of them")
    }

    @Test func `sends a site with more to do to the end of the line`() {
        var queue = queue()
        _ = queue.enqueue(blog, for: 1, "a")
        start(&queue, 1)
        _ = queue.enqueue(blog, for: 2, "b")
        _ = queue.enqueue(shop, for: 3, "c")
        #expect(queue.recordEnd(of: 1, at: "blog") == ["a"])
        #expect(queue.finishTurn(of: "blog") == nil)
        #expect(queue.startNext()?.name == "shop")
        queue.recordStart(of: 3, at: "shop")
        _ = queue.recordEnd(of: 3, at: "shop")
        _ = queue.finishTurn(of: "shop")
        #expect(queue.startNext()?.name == "blog")
        queue.recordStart(of: 2, at: "blog")
        #expect(queue.recordEnd(of: 2, at: "blog") == ["b"])
    }

    @Test func `tells what runs and what waits, and since when`() {
        let start = ContinuousClock.now
        var queue = queue(limit: 1)
        #expect(queue.snapshot == DispatcherSnapshot(running: [], waiting: [], limit: 1))
        _ = queue.enqueue(blog, for: 1, "a", at: start)
        _ = queue.enqueue(shop, for: 2, "b", at: start + .seconds(1))
        _ = queue.enqueue(blog, for: 1, "c", at: start + .seconds(2))
        #expect(queue.snapshot.waiting.map(\.site) == ["blog", "shop"])
        #expect(queue.snapshot.waiting.map(\.since) == [start, start + .seconds(1)])
        _ = queue.addWorker()
        _ = queue.startNext(at: start + .seconds(3))
        queue.recordStart(of: 1, at: "blog")
        // The running deployment serves this one.
        _ = queue.enqueue(blog, for: 1, "d", at: start + .seconds(4))
        let running = DispatcherSnapshot.Turn(site: "blog", deployment: 1, since: start + .seconds(3))
        #expect(queue.snapshot.running == [running])
        #expect(queue.snapshot.waiting.map(\.site) == ["shop"])
        _ = queue.enqueue(blog, for: 3, "e", at: start + .seconds(5))
        #expect(queue.snapshot.waiting.map(\.site) == ["shop", "blog"])
        _ = queue.recordEnd(of: 1, at: "blog")
        _ = queue.finishTurn(of: "blog")
        #expect(queue.snapshot.running.isEmpty)
        #expect(queue.snapshot.waiting.map(\.since) == [start + .seconds(1), start + .seconds(5)])
    }

    @Test func `gives a site with two orders two turns`() {
        var queue = queue()
        _ = queue.enqueue(blog, for: 1, "follow")
        _ = queue.enqueue(blog, for: 2, "place")
        start(&queue, 1)
        #expect(queue.recordEnd(of: 1, at: "blog") == ["follow"])
        #expect(queue.finishTurn(of: "blog") == nil)
        #expect(queue.startNext()?.name == "blog")
    }

    @Test func `gives a site two more turns for two orders that come while it runs`() {
        var queue = queue()
        _ = queue.enqueue(blog, for: 1, "first")
        start(&queue, 1)
        _ = queue.enqueue(blog, for: 2, "follow")
        _ = queue.enqueue(blog, for: 3, "place")
        for (id, waiter) in [(1, "first"), (2, "follow")] as [(DeploymentRecord.ID, String)] {
            #expect(queue.recordEnd(of: id, at: "blog") == [waiter])
            #expect(queue.finishTurn(of: "blog") == nil)
            #expect(queue.startNext()?.name == "blog")
            queue.recordStart(of: id + 1, at: "blog")
        }
        #expect(queue.recordEnd(of: 3, at: "blog") == ["place"])
        #expect(queue.finishTurn(of: "blog") != nil)
    }

    @Test func `returns the waiters whose deployment another process ran`() {
        var queue = queue()
        _ = queue.enqueue(blog, for: 1, "a")
        #expect(queue.addWorker() == true)
        #expect(queue.startNext()?.name == "blog")
        #expect(queue.finishTurn(of: "blog")?.waiters == [1: ["a"]])
    }

    @Test func `uses the latest configuration of a site`() throws {
        var queue = queue()
        _ = queue.enqueue(blog, for: 1, "a")
        _ = queue.enqueue(try .fake(FakeStrategy(), name: "blog", timeout: .seconds(7)), for: 1, "b")
        #expect(queue.addWorker() == true)
        #expect(queue.startNext()?.timeout == .seconds(7))
    }

    @Test func `runs no more workers than its limit, even after a change of the limit`() {
        var queue = queue(limit: 1)
        _ = queue.enqueue(blog, for: 1)
        _ = queue.enqueue(shop, for: 2)
        #expect(queue.addWorker() == true)
        #expect(queue.addWorker() == false)
        queue.limit = 2
        #expect(queue.addWorker() == true)
        queue.limit = 1
        #expect(queue.startNext() == nil, "one worker too many ends")
        #expect(queue.workers == 1)
        #expect(queue.startNext()?.name == "blog")
    }

    @Test func `starts nothing after it was closed, and returns the waiters`() {
        var queue = queue()
        _ = queue.enqueue(blog, for: 1, "a")
        start(&queue, 1)
        _ = queue.enqueue(blog, for: 2, "b")
        _ = queue.enqueue(shop, for: 3, "c")
        let unanswered = queue.close()
        #expect(unanswered.map(\.site.name) == ["shop"] && unanswered.first?.waiters == [3: ["c"]])
        #expect(queue.enqueue(shop, for: 4, "d") == false)
        #expect(queue.addWorker() == false)
        #expect(queue.recordEnd(of: 1, at: "blog") == ["a"])
        #expect(queue.finishTurn(of: "blog")?.waiters == [2: ["b"]])
        #expect(queue.startNext() == nil && queue.isIdle)
    }

    private func start(_ queue: inout SiteQueue<String>, _ id: DeploymentRecord.ID) {
        #expect(queue.addWorker() == true)
        #expect(queue.startNext()?.name == "blog")
        queue.recordStart(of: id, at: "blog")
    }
}
