import Foundation
import Git
import Synchronization
import TestSupport
import Testing

@testable import Deploy
@testable import bellpull

@Suite struct `the publisher of status.json` {
    private let folder: FileTree
    private let state: StateDirectory
    private let reasons = Reasons()

    private final class Reasons: Sendable {
        let all = Mutex<[String]>([])
    }

    init() throws {
        folder = try FileTree()
        state = StateDirectory(environment: ["STATE_DIRECTORY": folder.path])
    }

    private func publisher(_ name: String = "run") throws -> StatusPublisher {
        try FileManager.default.createDirectory(atPath: folder("run"), withIntermediateDirectories: true)
        let publisher = StatusPublisher(["RUNTIME_DIRECTORY": folder(name)], state) { [reasons] reason in
            reasons.all.withLock { $0.append(reason) }
        }
        return try #require(publisher)
    }

    private var path: String { folder("run/status.json") }

    private var file: StatusFile? { FileManager.default.contents(atPath: path).flatMap { StatusFile(json: $0) } }

    private func site(_ name: String) -> StatusPublisher.Entry {
        (Site(name: name, path: folder(name), timeout: .seconds(1)), folder(name))
    }

    private func deploy(_ number: Int) throws {
        let target = DeliveryTarget(name: "blog", target: .main(try .fake(number))) { false }
        try state.ledger().write { writer in
            _ = try writer.record(.fake(number), for: [target])
            let started = try #require(try writer.start("blog", at: Date()))
            try writer.finish(started.id, .init(.deployed(.fake(number)), duration: .seconds(1)), at: Date())
        }
    }

    private var inode: ino_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_ino : 0
    }

    @Test func `writes the sites and the deployments, for the group`() throws {
        try deploy(1)
        let publisher = try publisher()
        defer { publisher.stop() }
        publisher.follow([site("blog"), site("shop")])
        #expect(Observation.eventually { self.file != nil })
        let file = try #require(file)
        #expect(file.sites.map(\.name) == ["blog", "shop"])
        #expect(file.sites.first?.last?.state == "deployed" && file.sites.last?.last == nil)
        #expect(file.deployments.map(\.id) == [1])
        #expect(file.state == folder.path && file.pid == getpid())
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("run")) == ["status.json"])
    }

    @Test func `writes again when something changed, and at most once a second`() throws {
        try deploy(1)
        let publisher = try publisher()
        defer { publisher.stop() }
        publisher.follow([site("blog")])
        #expect(Observation.eventually { file != nil })
        let start = ContinuousClock.now
        var writes: Set<ino_t> = [inode]
        for number in 2...40 {
            try deploy(number)
            publisher.note()
            usleep(50_000)
            writes.insert(inode)
        }
        let seconds = Int(start.duration(to: .now) / .seconds(1)) + 2
        #expect(Observation.eventually { file?.deployments.first?.id == 40 })
        #expect(writes.count > 1 && writes.count <= seconds, "\(writes.count) in \(seconds) s")
    }

    @Test func `writes nothing when nothing changed`() throws {
        try deploy(1)
        let publisher = try publisher()
        defer { publisher.stop() }
        publisher.follow([site("blog")])
        #expect(Observation.eventually { file != nil })
        let before = inode
        publisher.note()
        usleep(2_200_000)
        #expect(inode == before && before != 0)
        try deploy(2)
        publisher.note()
        #expect(Observation.eventually { inode != before })
    }

    @Test func `keeps the latest hundred deployments`() throws {
        for number in 1...105 { try deploy(number) }
        let publisher = try publisher()
        defer { publisher.stop() }
        publisher.follow([site("blog")])
        #expect(Observation.eventually { file?.deployments.count == 100 })
        #expect(file?.deployments.first?.id == 105)
    }

    @Test func `removes the file when the service stops`() throws {
        try deploy(1)
        let publisher = try publisher()
        publisher.follow([site("blog")])
        #expect(Observation.eventually { file != nil })
        let start = ContinuousClock.now
        publisher.stop()
        #expect(start.duration(to: .now) < .seconds(1))
        #expect(access(path, F_OK) != 0)
    }

    @Test func `tells once that the file cannot be written`() throws {
        try deploy(1)
        let publisher = try publisher("nowhere")
        defer { publisher.stop() }
        publisher.note()
        #expect(Observation.eventually { reasons.all.withLock { !$0.isEmpty } })
        usleep(1_200_000)
        publisher.note()
        usleep(300_000)
        let told = reasons.all.withLock { $0 }
        #expect(told.count == 1 && told.first?.contains("No such file") == true, "\(told)")
    }

    @Test func `needs a runtime folder`() {
        #expect(StatusPublisher([:], state) { _ in } == nil)
        #expect(StatusPublisher(["RUNTIME_DIRECTORY": ""], state) { _ in } == nil)
    }

    @Test func `is noted quickly, however often`() throws {
        try deploy(1)
        let publisher = try publisher()
        defer { publisher.stop() }
        publisher.follow([site("blog")])
        #expect(Observation.eventually { file != nil })
        let start = ContinuousClock.now
        for _ in 0..<100_000 { publisher.note() }
        let each = start.duration(to: .now) / 100_000
        print("a note takes \(each)")
        #expect(each < .microseconds(20))
    }
}
