import AccessLog
import Deploy
import Foundation
import Git
import TestSupport
import Testing

@testable import bellpull

@Suite struct `the deliveries in nginx's log` {
    private static func line(
        _ outcome: String, site: String = "", path: String = "/github", status: Int = 200, method: String = "POST",
        reason: String = "", delivery: String = "", signed: String? = "yes", second: Int = 0
    ) -> String {
        #"{"time":"2026-11-24T11:\#(String(format: "%02d:%02d", second / 60 % 60, second % 60))+01:00","#
            + #""request_id":"5f3c","remote":"140.82.115.9","method":"\#(method)","path":"\#(path)","status":\#(status),"#
            + #""upstream_status":\#(status),"bytes":312,"request_time":0.482,"delivery":"\#(delivery)","event":"push","#
            + #""outcome":"\#(outcome)","site":"\#(site)","commit":"","duration_ms":479,"reason":"\#(reason)","#
            + #""receipt":"""# + (signed.map { #","signed":"\#($0)""# } ?? "") + "}\n"
    }

    /// Reads `text` with a selection, and without.
    private func collected(
        _ text: String, sites: [String], delivery: String? = nil
    ) throws -> (fast: HookLogCollector, slow: HookLogCollector, found: [Bool]) {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder("log")))
        let empty = HookLogCollector(own: sites, mount: "/github")
        var (fast, slow, found) = (empty, empty, [false, false])
        let file = try AccessLogFile(path: folder("log"))
        let quick = AccessLogReader().read([file], where: empty.selection(with: delivery)) {
            found[0] = found[0] || (delivery != nil && $0.delivery == delivery)
            fast.add($0)
        }
        let whole = AccessLogReader().read([file]) {
            found[1] = found[1] || (delivery != nil && $0.delivery == delivery)
            slow.add($0)
        }
        #expect(quick == whole)
        return (fast, slow, found)
    }

    private func problem(_ lines: String...) throws -> HookRequests.Problem? {
        try collected(lines.joined(), sites: ["blog"]).fast.requests(of: "blog").problem
    }

    @Test func `are the same if most lines are not converted`() throws {
        var generator = SystemRandomNumberGenerator()
        let outcomes = [
            "deployed", "failed", "rejected", "rejected", "ignored", "refused", "", "misconfigured", "ping",
        ]
        let sites = ["", "blog", "shop", "blog,shop", "wiki,bl...", "blo", "blogs"]
        let paths = [
            #"/github/\"\\"#, "/github", "/github/", "/github/blog", "/github/blog/", "/github/shop", "/",
            "/github/blog/x",
        ]
        for _ in 0..<40 {
            var text = ""
            for second in 0..<Int.random(in: 1...60, using: &generator) {
                let isWild = Int.random(in: 0..<12, using: &generator)
                if isWild == 0 { text += ["broken\n", "{\n", "{\"time\":1}\n", "\u{fffd}\n"].randomElement() ?? "" }
                let outcome = outcomes.randomElement() ?? ""
                text += Self.line(
                    outcome, site: sites.randomElement() ?? "", path: paths.randomElement() ?? "",
                    status: [200, 401, 404, 413, 502].randomElement() ?? 200,
                    method: ["POST", "POST", "GET"].randomElement() ?? "",
                    reason: isWild == 1 ? #"a \"b\" é"# : "", delivery: ["", "d-1", "d-2"].randomElement() ?? "",
                    signed: ["yes", "no", nil].randomElement() ?? nil, second: second)
            }
            let (fast, slow, found) = try collected(text, sites: ["blog", "wiki"], delivery: "d-1")
            #expect(found[0] == found[1])
            #expect(fast.isComplete == slow.isComplete)
            for site in ["blog", "wiki"] {
                let (one, other) = (fast.requests(of: site), slow.requests(of: site))
                #expect(one.lastAccepted == other.lastAccepted, "\(text)")
                #expect(one.problem?.line.time == other.problem?.line.time, "\(text)")
                #expect(one.problem?.line.outcome == other.problem?.line.outcome, "\(text)")
                #expect(one.problem?.count == other.problem?.count, "\(text)")
                #expect(one.stray?.path == other.stray?.path, "\(text)")
            }
        }
    }

    @Test func `are those of forges, before those of scanners`() throws {
        let wrong = Self.line("rejected", path: "/github/blog", status: 401)
        let scan = Self.line("rejected", path: "/github/blog", status: 401, signed: "no", second: 9)
        let found = try #require(try problem(wrong, wrong, scan, scan, scan))
        #expect(!found.isLikelyOfScanner && found.count == 2)
        // A scanner may come through nginx alone, too.
        let large = Self.line("", path: "/github/blog", status: 413, signed: "no", second: 9)
        #expect(try problem(wrong, large)?.line.status == 401)
        let ignored = Self.line("ignored", path: "/github/blog", signed: "no")
        #expect(try problem(ignored, scan)?.line.outcome == "ignored", "Bellpull verified the delivery")
        let only = try #require(try problem(scan, scan))
        #expect(only.isLikelyOfScanner && only.count == 2)
    }

    @Test(arguments: ["GET", "HEAD", "PUT"]) func `are not requests with another method`(_ method: String) throws {
        #expect(try problem(Self.line("refused", path: "/github/blog", status: 405, method: method)) == nil)
    }

    @Test func `of an older log may be anybody's`() throws {
        let found = try #require(try problem(Self.line("rejected", path: "/github/blog", status: 401, signed: nil)))
        #expect(!found.isVerified && !found.isLikelyOfScanner)
    }

    /// The verdict on a site whose remote has a new commit, after a signed delivery to its own hook.
    private func verdict(
        _ status: Int, _ outcome: String = "", _ reason: String = "", signed: String? = "yes",
        path: String = "/github/blog", _ change: (inout SiteFacts) -> Void = { _ in }
    ) throws -> Verdict {
        let line = Self.line(outcome, path: path, status: status, reason: reason, signed: signed)
        var facts = SiteFacts(name: "blog")
        facts.requests = try collected(line, sites: ["blog"]).fast.requests(of: "blog")
        (facts.requests.log, facts.requests.isShared) = ("/var/log/nginx/bellpull.log", false)
        let commit = try #require(Commit(String(repeating: "b", count: 40)))
        facts.remote = .commit(.init(ref: "refs/heads/main", commit: commit))
        change(&facts)
        return Diagnosis(facts).verdict
    }

    @Test(arguments: [
        (403, "", "", "it lets only some addresses use the hook (403)", "allow the forge's"),
        (413, "", "", "is larger than 25 MB, the most that bellpull takes", "bellpull deploy blog deploys the commit"),
        (413, "refused", "the body is larger than 26214400 bytes", "is larger than 25 MB", "bellpull deploy blog"),
        (429, "", "", "too many requests (429)", "raise burst="),
        (500, "", "", "with status 500", "tail -n 20 /var/log/nginx/error.log"),
        (502, "", "", "bellpull was down when the last delivery came", "bellpull deploy blog; if it happens again"),
        (503, "", "", "with 503, as limit_req and limit_conn do", "limit_(req|conn)"),
        (503, "unrecorded", "the ledger's write queue is full (4096 entries)", "queue is full", "bellpull deploy blog"),
        (503, "unrecorded", "the disk is full", "could not record the last delivery", "bellpull check; then"),
        (504, "", "", "did not answer the last delivery in nginx's time", "fastcgi_read_timeout"),
    ])
    func `tell what to do`(status: Int, outcome: String, reason: String, text: String, remedy: String) throws {
        let found = try verdict(status, outcome, reason)
        #expect(found.reason.contains(text) && found.remedy?.contains(remedy) == true, "\(found)")
        // Anybody can send a header like a signature; the ledger gets only deliveries of forges.
        #expect(found.isGuess == (outcome != "unrecorded"), "\(found)")
        let scan = try verdict(status, outcome, reason, signed: "no")
        #expect(scan.isGuess == (outcome != "unrecorded"), "\(scan)")
        #expect(try verdict(status, outcome, reason, signed: nil).isGuess == (outcome != "unrecorded"))
    }

    @Test func `that are not verified hide no verified one, and are a guess`() throws {
        let ignored = Self.line(
            "ignored", path: "/github/blog", reason: "refs/heads/dev is not followed; the site follows main")
        let token = Self.line("rejected", path: "/github/blog", status: 401, second: 9)
        let found = try #require(try problem(ignored, token))
        #expect(found.line.outcome == "rejected" && found.verified?.outcome == "ignored")
        var facts = SiteFacts(name: "blog")
        (facts.requests.problem, facts.requests.log, facts.requests.isShared) = (found, "log", false)
        let commit = try #require(Commit(String(repeating: "b", count: 40)))
        facts.remote = .commit(.init(ref: "refs/heads/main", commit: commit))
        let verdict = Diagnosis(facts).verdict
        #expect(verdict.isGuess && verdict.cause == .wrongSecret)
        #expect(verdict.reason.hasSuffix("was ignored: refs/heads/dev is not followed; the site follows main"))
        // A verified delivery that came later is the reason.
        let later = try #require(try problem(token, ignored))
        #expect(later.line.outcome == "ignored" && later.verified == nil)
    }

    @Test func `are told by their exact reasons`() throws {
        let other = "no site follows repository alice/bloog"
        let branch = "refs/heads/repository is not followed; the site follows main"
        // A branch may have a name like a reason.
        let ofBranch = try verdict(200, "ignored", branch)
        #expect(!ofBranch.isGuess && ofBranch.remedy?.contains("push there") == true, "\(ofBranch)")
        #expect(try verdict(200, "ignored", other).isGuess)
        let malformed = try verdict(400, "malformed", "the push payload is malformed: repository.full_name is missing")
        #expect(!malformed.isGuess && malformed.remedy?.contains("the forge's page of the delivery") == true)
        #expect(try verdict(400, "malformed", "the header X-GitHub-Event is missing").isGuess)
        let lines = [other, branch].map { Self.line("ignored", path: "/github/blog", reason: $0) }
        #expect(try problem(lines[1], lines[0], lines[0])?.count == 2)
    }

    @Test func `have remedies that mend the forge's form`() throws {
        let slash = try verdict(404, "refused", "no hook is at this path", path: "/github/blog/")
        #expect(slash.remedy?.contains("it ends in /github/blog, without the slash") == true, "\(slash)")
        let type = try verdict(415, "refused", "the content type must be application/json")
        #expect(type.remedy?.contains("choose application/json") == true, "\(type)")
    }

    @Test func `to paths without a hook may be those of the site`() throws {
        let wrong = Self.line("refused", path: "/github/blogg", status: 404)
        let scan = Self.line("refused", path: "/github/.env", status: 404, signed: "no", second: 1)
        let requests = try collected(wrong + scan, sites: ["blog", "shop"]).fast
        #expect(requests.requests(of: "blog", among: ["blog", "shop"]).stray?.path == "/github/blogg")
        #expect(
            requests.requests(of: "shop", among: ["blog", "shop"]).stray == nil, "the path is like the name of blog")
        let shared = try collected(Self.line("rejected", path: "/github", status: 401), sites: ["blog"]).fast
        #expect(shared.requests(of: "blog").stray?.status == 401)
        let delivered = Self.line("deployed", site: "blog", path: "/github/blog", second: 5)
        #expect(try collected(wrong + delivered, sites: ["blog"]).fast.requests(of: "blog").stray == nil)
    }

    @Test func `of scanners hide no certain reason`() throws {
        let down = try verdict(401, "rejected", signed: "no") { $0.hasService = false }
        #expect(down.cause == .serviceIsDown && !down.isGuess)
        let obstacle = try verdict(401, "rejected", signed: "no") { $0.obstacles = [Failure("in the way")] }
        #expect(obstacle.cause == .obstacle && !obstacle.isGuess)
        #expect(try verdict(401, "rejected") { $0.obstacles = [Failure("in the way")] }.cause == .wrongSecret)
    }
}
