import Processes
import TestSupport
import Foundation
import Git
import Testing

@testable import Deploy

@Suite(.onPlainThreads) struct `the deployer` {
    private let home: TemporaryLedger
    private let writer: GroupCommitWriter

    init() throws {
        home = try TemporaryLedger()
        writer = GroupCommitWriter(home.ledger)
    }

    private var limits: Limits { .within(.seconds(20)) }

    private func queue(_ target: Commit) throws {
        _ = try writer.write { try $0.queue("blog", .follow, cause: .catchUp, target: .main(target), at: Date()) }
    }

    private func deploy(_ site: Site, _ cancellation: Cancellation = Cancellation()) throws -> FinishedDeployment? {
        try Deployer(writer: writer).deploy(site, cancellation, Transcript())
    }

    @Test func `gives a deployment the time that its site allows`() throws {
        let commit = try Commit.fake(1)
        let strategy = FakeStrategy { _, limits, _ in
            let time = ContinuousClock.now.duration(to: limits.deadline)
            return (.seconds(6)...(.seconds(7))).contains(time) ? .deployed(commit) : .interrupted
        }
        try queue(commit)
        #expect(try deploy(.fake(strategy, timeout: .seconds(7)))?.result == .deployed(commit))
        writer.dismiss()
    }

    @Test func `deploys nothing if nothing is queued, and unlocks the site`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        #expect(try deploy(site) == nil)
        #expect(try Shell.run("flock --nonblock \(blog.site)/.git/bellpull.lock true").isSuccess)
        writer.dismiss()
    }

    @Test func `packs the repository after the end is told, unless stopped`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        let clone = try blog.open()
        func packs() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "\(blog.site)/.git/objects/pack")
                .count { $0.hasSuffix(".pack") }
        }
        for number in 0..<51 {
            try blog.push(["index.html": "\(number)\n"])
            try clone.pull(.fastForward, limits)
        }
        let stopped = Cancellation()
        stopped.cancel()
        var counts: [Int] = []
        for housekeeping in [stopped, Cancellation()] {
            let commit = try blog.push(["index.html": "\(counts.count) more\n"])
            try queue(commit)
            _ = try Deployer(writer: writer).deploy(
                site, Cancellation(), housekeeping: housekeeping, Transcript(),
                onEnd: { finished in
                    counts.append((try? packs()) ?? 0)
                    #expect(finished.result == .deployed(commit))
                })
            #expect(try housekeeping.isCancelled == (packs() > 50))
        }
        #expect(counts == [52, 53])
        writer.dismiss()
    }

    @Test func `notes that the site has parts that are not fetched`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        try queue(try blog.push([".gitmodules": "[submodule \"lib\"]\npath = lib\nurl = ../lib\n"]))
        let finished = try #require(try deploy(site))
        #expect(finished.note == "the site has submodules, which are not fetched without submodules = true")
        #expect(try home.ledger.deployment(finished.started.id)?.note == finished.note)
        #expect(try site.inspect(limits).incompleteness?.hasSubmodules == true)
        writer.dismiss()
    }

    @Test func `records the result, the duration and the output of git`() throws {
        let blog = try Blog()
        defer { blog.remove() }
        let site = Site(name: "blog", path: blog.site, timeout: .seconds(20))
        let commit = try blog.push(["index.html": "two\n"])
        try queue(commit)
        let finished = try #require(try deploy(site))
        let record = try #require(try home.ledger.deployment(finished.started.id))
        #expect(record.state == .deployed && record.commit == commit && record.cause == .catchUp)
        #expect(record.output.contains("From "))
        let duration = try #require(record.duration)
        #expect(duration > .zero && duration <= finished.duration)
        #expect(try Shell.run("flock --nonblock \(blog.site)/.git/bellpull.lock true").isSuccess)
        writer.dismiss()
    }

    @Test func `queues an interrupted deployment again`() throws {
        let cancellation = Cancellation()
        let strategy = FakeStrategy { _, limits, _ in
            cancellation.cancel()
            return Observation.eventually { limits.cancellation.isCancelled } ? .interrupted : .failed(Failure("no"))
        }
        try queue(.fake(1))
        #expect(try deploy(.fake(strategy), cancellation)?.result == .interrupted)
        #expect(try home.ledger.deployments(of: "blog", limit: 9).map(\.state) == [.queued, .interrupted])
        writer.dismiss()
    }
}
