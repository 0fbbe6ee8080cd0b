import AccessLog
import TestSupport
import Testing

@Suite struct `a selection of lines` {
    private func read(_ samples: [Sample], _ selection: AccessLogSelection) throws -> [AccessLogLine] {
        try read(samples.map { $0.text + "\n" }, selection)
    }

    private func read(_ texts: [String], _ selection: AccessLogSelection) throws -> [AccessLogLine] {
        let log = try SampleLog(texts.joined())
        var lines: [AccessLogLine] = []
        let summary = AccessLogReader().read([try AccessLogFile(path: log.path)], where: selection) { lines.append($0) }
        #expect(summary.lines == texts.count)
        return lines
    }

    private func about(_ sites: [String], paths: [String] = [], delivery: String? = nil) -> AccessLogSelection {
        AccessLogSelection(
            outcomes: ["deployed"], sites: sites, paths: paths, rejection: "rejected", stray: ("refused", 404),
            except: "check", delivery: delivery)
    }

    @Test(arguments: ["blog", #"b\u006cog"#, "shop,blog", "blog,shop", #"shop\u002cblog"#, "blog,sh..."])
    func `has the lines about its sites, alone and in a list`(_ site: String) throws {
        let samples = [Sample(site: "shop"), Sample(site: site), Sample(site: "blogs,a.blog")]
        #expect(try read(samples, about(["blog"])).flatMap(\.sites).contains("blog"))
        #expect(try read(samples, about(["blog"])).count == 1)
        #expect(try read(samples, about(["log"])).isEmpty)
    }

    @Test func `counts lines in a row that say the same, and has the last one`() throws {
        let lines = try read(
            [
                Sample(delivery: "a"), Sample(site: "shop"), Sample(delivery: "b"),
                Sample(site: "", outcome: "rejected", reason: #"\"x\""#, delivery: "c"),
                Sample(site: "", outcome: "rejected", reason: #"\"x\""#, delivery: "d"),
                Sample(site: "", outcome: "rejected", reason: #"\"y\""#, delivery: "e"),
            ], about(["blog"], paths: ["/github"]))
        #expect(lines.map(\.delivery) == ["b", "d", "e"] && lines.map(\.count) == [1, 2, 1])
        #expect(lines.map(\.reason) == [nil, "\"x\"", "\"y\""])
    }

    @Test func `has the lines of a delivery`() throws {
        let samples = ["a", #"\u0061"#, "b"].map { Sample(site: "shop", delivery: $0) }
        #expect(try read(samples, about(["blog"], delivery: "a")).map(\.delivery) == ["a", "a"])
    }

    /// Returns the line of a request without a deployment.
    private func request(
        to path: String, _ outcome: String, signed: String = "yes", _ delivery: String = "", reason: String = ""
    ) -> String {
        Sample(site: "", outcome: outcome, reason: reason, receipt: "", delivery: delivery).text.dropLast()
            .replacing("/github", with: path).replacing(":200,\"up", with: ":404,\"up") + ",\"signed\":\"\(signed)\"}\n"
    }

    @Test func `counts requests with and without a signature apart, and keeps other lines in their places`() throws {
        func rejected(_ signed: String, _ delivery: String) -> String {
            request(to: "/github/blog", "rejected", signed: signed, delivery)
        }
        let texts = [
            rejected("yes", "a"), rejected("no", "b"), rejected("yes", "c"), rejected("no", "check"),
            rejected("no", "d"), rejected("yes", "e"), request(to: "/github/blog/", "ignored", "f"),
            rejected("yes", "g"), rejected("no", "h"), Sample(delivery: "i").text + "\n", rejected("yes", "j"),
        ]
        let lines = try read(texts, about(["blog"], paths: ["/github/blog"]))
        #expect(lines.map(\.delivery) == ["b", "c", "check", "d", "e", "f", "g", "h", "i", "j"])
        #expect(lines.map(\.count) == [1, 2, 1, 1, 1, 1, 1, 1, 1, 1])
    }

    @Test func `has the newest signed requests to paths without a hook, one of each path`() throws {
        let texts = (0..<40).map { request(to: "/x\($0 % 20)", "refused", "\($0)") }
        let others = [
            request(to: "/y", "refused", signed: "no"), request(to: "/y", "rejected"),
            request(to: "/z", "refused", "check"),
        ]
        let lines = try read(others + texts, about(["blog"], paths: ["/github/blog"]))
        #expect(lines.map(\.delivery) == ["check"] + (24..<40).map { "\($0)" })
    }
}
