import Configuration
import Deploy
import Foundation
import Git
import TestSupport
import Testing
import Webhook

@testable import bellpull

@Suite struct `notices about a deployment` {
    private static let hostile = "\"; touch MARK; $(touch MARK) `touch MARK` \\ \u{1b}[2J\r\nX: y\u{0}"
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".write(toFile: folder("secret"), atomically: false, encoding: .utf8)
        try "t0ken".write(toFile: folder("token"), atomically: false, encoding: .utf8)
        for name in ["secret", "token"] { chmod(folder(name), 0o600) }
    }

    private func composer(_ lines: String, main: String = "") throws -> NoticeComposer {
        try main.write(toFile: folder("bellpull.toml"), atomically: false, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: folder("sites"), withIntermediateDirectories: true)
        let text = "path = \"/srv/blog\"\nrepository = \"alice/blog\"\n" + lines.replacing("FOLDER", with: folder.path)
        try text.write(toFile: folder("sites/blog.toml"), atomically: false, encoding: .utf8)
        let source = ConfigurationSource(
            mainFile: folder("bellpull.toml"), environment: ["GITHUB_SECRET": "0123456789abcdef0123"])
        let settings = try #require(try Configuration.load(source).sites.first)
        return NoticeComposer(target: NoticeTarget(settings) { "alice/blog" })
    }

    private func record(
        _ result: DeploymentResult, _ order: Order = .follow, target: Int? = 1, cause: DeploymentRecord.Cause = .push,
        ref: String = "refs/heads/main", output: String = ""
    ) throws -> DeploymentRecord {
        let states: DeploymentRecord.State =
            switch result {
            case .deployed: .deployed
            case .unchanged: .unchanged
            case .failed: .failed
            case .waiting: .waiting
            case .skipped: .skipped
            case .pinned: .pinned
            case .cancelled: .cancelled
            case .interrupted: .interrupted
            }
        let failure: Failure? = if case .failed(let failure) = result { failure } else { nil }
        return DeploymentRecord(
            id: 7, site: SiteOnHost(name: "blog", host: "www"), order: order, cause: cause, state: states,
            target: try target.map { DeploymentRecord.Target(ref: ref, commit: try .fake($0)) }, commit: result.commit,
            queued: Date(timeIntervalSince1970: 0), started: Date(timeIntervalSince1970: 1),
            ended: Date(timeIntervalSince1970: 2), duration: .milliseconds(1250), failure: failure,
            note: result.remark, deliveries: 1, output: output)
    }

    // MARK: Events

    @Test func `are about what has changed for people`() throws {
        let (deployed, unchanged) = try (record(.deployed(.fake(1))), record(.unchanged(.fake(1))))
        let failed = try record(.failed(Failure("no")))
        let rollback = try record(.deployed(.fake(1)), .place(at: .fake(1)))
        func events(_ record: DeploymentRecord, _ before: DeploymentRecord.State?) -> [NoticeEvent] {
            NoticeComposer.events(of: record, before: before)
        }
        #expect(events(failed, nil) == [.failed] && events(failed, .deployed) == [.failed])
        #expect(events(failed, .failed) == [], "a failure is told once")
        #expect(events(deployed, .failed) == [.recovered, .deployed] && events(deployed, .deployed) == [.deployed])
        #expect(events(unchanged, .failed) == [.recovered] && events(unchanged, .deployed) == [])
        #expect(events(rollback, .failed) == [.rolledBack, .recovered, .deployed])
        for result in [.skipped("x"), .pinned("x"), .cancelled(by: "x"), .interrupted] as [DeploymentResult] {
            #expect(events(try record(result), .failed) == [])
        }
    }

    @Test func `are one message for each receiver, about the first event that the site wants`() throws {
        let lines = """
            notify = ["/bin/tell"]
            notify_url = "https://example.com/"
            notify_secret_file = "FOLDER/secret"

            """
        let rollback = try record(.deployed(.fake(1)), .place(at: .fake(1)))
        let usual = try composer(lines)
        #expect(usual.notices(about: rollback, before: .failed).map(\.subject) == ["recovered", "recovered"])
        #expect(usual.notices(about: rollback, before: .deployed).isEmpty)
        let all = try composer(lines + #"notify_on = ["rolled-back", "deployed"]"#)
        let notices = all.notices(about: rollback, before: .failed)
        #expect(
            notices.map(\.subject) == ["rolled-back", "rolled-back"] && notices.map(\.kind) == [.program, .webhook])
        #expect(notices[0].body == notices[1].body && notices[0].message != notices[1].message)
        #expect(notices.allSatisfy { $0.site == "blog" && $0.deployment == 7 && !$0.message.contains(".") })
    }

    // MARK: JSON

    @Test func `are the JSON of the deployment in one line`() throws {
        let lines = "notify = [\"/bin/tell\"]\nurl = \"https://blog.example.com/x\""
        let notice = try #require(
            try composer(lines).notices(
                about: record(.failed(Failure("no", hint: "yes")), output: "a\nb\n"), before: nil
            ).first)
        let commit = try Commit.fake(1)
        #expect(
            notice.body == """
                {"cause":"push","deliveries":1,"duration_ms":1250,"ended":"1970-01-01T00:00:02Z","event":"failed","hint":"yes",\
                "id":7,"output":"a\\nb\\n","queued":"1970-01-01T00:00:00Z","reason":"no","ref":"refs/heads/main","site":"blog",\
                "started":"1970-01-01T00:00:01Z","state":"failed","target":"\(commit)","url":"https://blog.example.com/x"}
                """)
    }

    @Test func `keep hostile texts within their JSON strings`() throws {
        let failure = Failure(Self.hostile, hint: Self.hostile)
        let notice = try #require(
            try composer("notify = [\"/bin/tell\"]").notices(
                about: record(.failed(failure), ref: Self.hostile, output: Self.hostile), before: nil
            ).first)
        #expect(notice.body.utf8.allSatisfy { $0 >= 0x20 })
        let decoded = try #require(
            try JSONSerialization.jsonObject(with: Data(notice.body.utf8)) as? [String: Any])
        for key in ["reason", "hint", "ref", "output"] { #expect(decoded[key] as? String == Self.hostile) }
        #expect(notice.subject == "failed")
    }

    @Test(arguments: ["\u{1}", "\"", "\\", "ä", "\u{1f514}"])
    func `fit in a pipe, whatever the texts`(_ piece: String) throws {
        let long = String(repeating: piece, count: 100_000)
        let notice = try #require(
            try composer("notify = [\"/bin/tell\"]").notices(
                about: record(.failed(Failure(long)), ref: long, output: long + "end"), before: nil
            ).first)
        let sent = NoticeClient.settings(notice.body, "https://example.com/", [], keepsBody: false)
        #expect(sent.utf8.count < 60 << 10, "\(sent.utf8.count)")
        let view = try #require(try JSONSerialization.jsonObject(with: Data(notice.body.utf8)) as? [String: Any])
        #expect(
            (view["output"] as? String)?.hasSuffix("end") == true && (view["reason"] as? String)?.hasSuffix("…") == true
        )
    }

    // MARK: Statuses

    private func status(_ draft: PendingNotice.Draft?) throws -> CommitStatus {
        try JSONDecoder().decode(CommitStatus.self, from: Data(try #require(draft).body.utf8))
    }

    @Test func `set the status of the commit that was pushed`() throws {
        let composer = try composer("status_token_file = \"FOLDER/token\"\nurl = \"https://blog.example.com/\"")
        let link = "https://blog.example.com/"
        let cases: [(DeploymentResult, CommitStatus)] = try [
            (.deployed(.fake(1)), CommitStatus(.success, "live after 1.2 s", link: link)),
            (.unchanged(.fake(1)), CommitStatus(.success, "live already", link: link)),
            (.failed(Failure("build failed")), CommitStatus(.failure, "build failed", link: link)),
            (.skipped("no file matches"), CommitStatus(.success, "not deployed: no file matches", link: link)),
            (.pinned("held"), CommitStatus(.stopped, "not deployed: held", link: link)),
            (.cancelled(by: "c2"), CommitStatus(.stopped, "a newer push, of c2, came first", link: link)),
        ]
        for (result, expected) in cases {
            let drafts = composer.notices(about: try record(result), before: nil)
            #expect(drafts.count == 1 && drafts[0].kind == .status)
            #expect(try drafts[0].subject == Commit.fake(1).description && status(drafts[0]) == expected)
        }
        #expect(
            try status(composer.pendingStatus(of: record(.waiting(for: "c1"))))
                == CommitStatus(.pending, "deploying", link: link))
        #expect(try composer.notices(about: record(.interrupted), before: nil).isEmpty, "the work is queued again")
        #expect(try composer.notices(about: record(.interrupted, cause: .command), before: nil).count == 1)
        #expect(try composer.notices(about: record(.failed(Failure("no")), target: nil), before: nil).isEmpty)
        #expect(try composer.pendingStatus(of: record(.waiting(for: "c1"), target: nil)) == nil)
    }

    @Test func `tell of both commits if the branch has moved on`() throws {
        let composer = try composer(
            "status_token_file = \"FOLDER/token\"\nstatus_url = \"https://example.com/bellpull/\"")
        let drafts = composer.notices(about: try record(.deployed(.fake(2))), before: nil)
        #expect(try drafts.map(\.subject) == [Commit.fake(1).description, Commit.fake(2).description])
        #expect(try status(drafts[0]).description == "\(Commit.fake(2).short) is live instead")
        #expect(try status(drafts[1]).link == "https://example.com/bellpull/deployment/7")
    }
}
