import Foundation
import TestSupport
import Testing

@testable import Deploy
@testable import bellpull

@Suite struct `the file status.json` {
    private let folder: FileTree

    init() throws { folder = try FileTree() }

    private func deployment(_ id: Int64, _ site: String = "blog", reason: String? = nil) -> DeploymentView {
        DeploymentView(
            DeploymentRecord(
                id: id, site: SiteOnHost(name: site, host: "www"), cause: .push, state: .failed, target: nil,
                commit: nil,
                queued: Date(timeIntervalSince1970: 1), started: Date(timeIntervalSince1970: 2),
                ended: Date(timeIntervalSince1970: 3), duration: .milliseconds(1250),
                failure: Failure(reason ?? "no route", hint: reason ?? "git fetch"), deliveries: 1, output: "secret"))
    }

    private func site(_ name: String) -> SiteView {
        SiteView(name: name, path: "/srv/\(name)", repository: "a/b", follows: "main", commit: nil, [])
    }

    private func file(
        deployments: [DeploymentView] = [], sites: [SiteView] = [], limit: Int = 1 << 20, time: TimeInterval = 0
    ) throws -> StatusFile {
        var writer = StatusWriter(limit: limit)
        for deployment in deployments { writer.add(deployment) }
        for site in sites { writer.add(site) }
        let json = writer.json(time: Date(timeIntervalSince1970: time), state: "/var/lib/\"bellpull\"")
        return try #require(StatusFile(json: json), "\(String(decoding: json, as: UTF8.self))")
    }

    @Test func `is read as it was written`() throws {
        let (deployments, sites) = ([deployment(2), deployment(1)], [site("blog"), site("shop")])
        let read = try file(deployments: deployments, sites: sites, time: 17.9)
        #expect(read.deployments == deployments && read.sites == sites)
        #expect(read.time == 17 && read.pid == getpid() && read.state == "/var/lib/\"bellpull\"")
        #expect(read.omittedSites == 0)
        #expect(read.deployments.first?.took == "1.2 s")
        #expect(read.deployments.first?.stateCell.style == .red)
        #expect(StatusFile(json: Data(#"{"schema":2}"#.utf8)) == nil)
    }

    @Test func `leaves out the sites that do not fit`() throws {
        let sites = (0..<100).map { site("site\($0)") }
        let read = try file(sites: sites, limit: 1000)
        #expect(read.sites == Array(sites.prefix(read.sites.count)) && !read.sites.isEmpty)
        #expect(read.omittedSites == 100 - read.sites.count && read.omittedSites > 0)
        #expect(
            read.ageLines(now: Date()).last
                == "\(read.omittedSites) more sites are left out; run the command as root to see all")
    }

    @Test func `has the beginning of a long message, and no part of a long command`() {
        let short = deployment(1, reason: String(repeating: "x", count: 600)).shortened(to: 500)
        #expect(short.reason == String(repeating: "x", count: 500) + "…")
        #expect(short.hint == nil)
        #expect(deployment(1).shortened(to: 500) == deployment(1))
    }

    @Test func `has a hash of its facts, not of its time`() {
        func hash(_ deployments: [DeploymentView]) -> Int {
            var writer = StatusWriter(limit: 1000)
            for deployment in deployments { writer.add(deployment) }
            writer.add(site("blog"))
            return writer.hash
        }
        #expect(hash([deployment(1)]) == hash([deployment(1)]))
        #expect(hash([deployment(1)]) != hash([deployment(2)]))
    }

    @Test func `says of when it is`() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        func lines(_ age: TimeInterval) throws -> [String] {
            try file(time: now.timeIntervalSince1970 - age).ageLines(now: now)
        }
        #expect(try lines(5) == ["as of \(now.addingTimeInterval(-5).clock), 5 s ago"])
        #expect(try lines(300) == ["as of \(now.addingTimeInterval(-300).clock), 5 min ago"])
        #expect(try lines(200_000) == ["as of \(now.addingTimeInterval(-200_000).local), 2 days ago"])
    }

    @Test func `lists the deployments of a site, or says that the site is unknown`() throws {
        let read = try file(deployments: [deployment(3, "shop"), deployment(2), deployment(1)], sites: [site("blog")])
        #expect(try read.deployments(of: nil, limit: 2).map(\.id) == [3, 2])
        #expect(try read.deployments(of: "blog", limit: 20).map(\.id) == [2, 1])
        #expect(throws: CommandError.self) { try read.deployments(of: "blgo", limit: 20) }
    }

    @Test func `is not read by a user who may open the ledger`() throws {
        let state = StateDirectory(environment: ["STATE_DIRECTORY": folder.path])
        try folder.write("", to: "ledger.sqlite")
        var writer = StatusWriter(limit: 1000)
        writer.add(site("blog"))
        try writer.json(time: Date(), state: folder.path).write(to: URL(fileURLWithPath: folder("status.json")))
        #expect(StatusFile(inPlaceOfLedgerIn: state, ["RUNTIME_DIRECTORY": folder.path]) == nil)
        #expect(StatusFile.folder([:]) == "/run/bellpull/status")
        #expect(StatusFile.folder(["RUNTIME_DIRECTORY": "/run/a:/run/b"]) == "/run/a")
    }
}
