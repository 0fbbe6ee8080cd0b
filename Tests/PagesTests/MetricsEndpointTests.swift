import Endpoints
import FastCGI
import Foundation
import Git
import TestSupport
import Testing

@testable import Deploy
@testable import Pages

@Suite struct `the metrics` {
    private let stage: PagesStage

    init() throws { stage = try PagesStage() }

    private var text: String { stage.get("", at: .metrics).body }

    /// The samples, without comments.
    private var samples: [String] { text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") } }

    private func deploy(_ result: DeploymentResult, _ site: String = "blog", took: Duration = .seconds(2)) throws {
        let started = StartedDeployment(id: 1, announced: [], cause: .push, deliveries: 1)
        let finished = FinishedDeployment(started: started, result: result, duration: took)
        stage.metrics.note(.finished(try #require(stage.source.site(site)), finished))
    }

    @Test func `are in the format of Prometheus`() throws {
        try deploy(.deployed(.fake(1)))
        let response = stage.get("", at: .metrics)
        #expect(response.status == 200)
        #expect("\(response.contentType)" == "text/plain; version=0.0.4; charset=utf-8")
        try Grammar.check(response.body)
    }

    @Test func `pass promtool`() throws {
        let promtool = "/usr/bin/promtool"
        guard FileManager.default.isExecutableFile(atPath: promtool) else { return }
        try deploy(.failed(Failure("no")))
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder("metrics")))
        let said = try Shell.run("\(promtool) check metrics <\(folder("metrics")) 2>&1; echo status $?").output
        #expect(said == "status 0\n")
    }

    @Test func `count deliveries by outcome, and know each outcome from the start`() throws {
        #expect(samples.contains(#"bellpull_deliveries_total{outcome="rejected"} 0"#))
        #expect(samples.contains("bellpull_delivery_duration_seconds_count 0"))
    }

    @Test func `count deployments by site and result, with their durations`() throws {
        try deploy(.deployed(.fake(1)))
        try deploy(.deployed(.fake(2)), took: .seconds(700))
        try deploy(.failed(Failure("no")), "shop")
        let samples = samples
        for line in [
            #"bellpull_deployments_total{site="blog",result="deployed"} 2"#,
            #"bellpull_deployments_total{site="blog",result="failed"} 0"#,
            #"bellpull_deployments_total{site="shop",result="failed"} 1"#,
            #"bellpull_site_failed{site="blog"} 0"#, #"bellpull_site_failed{site="shop"} 1"#,
            #"bellpull_deployment_duration_seconds_bucket{result="deployed",le="1"} 0"#,
            #"bellpull_deployment_duration_seconds_bucket{result="deployed",le="2.5"} 1"#,
            #"bellpull_deployment_duration_seconds_bucket{result="deployed",le="+Inf"} 2"#,
            #"bellpull_deployment_duration_seconds_sum{result="deployed"} 702.0"#,
            #"bellpull_deployment_duration_seconds_count{result="deployed"} 2"#,
        ] { #expect(samples.contains(line), "\(line)") }
    }

    @Test func `forget a removed site`() throws {
        try deploy(.failed(Failure("no")), "shop")
        stage.source.follow(try [.fake(FakeStrategy())], mistakes: 3)
        #expect(!text.contains("shop"))
        #expect(samples.contains("bellpull_sites 1"))
        #expect(samples.contains("bellpull_configuration_mistakes 3"))
    }

    @Test func `know which sites failed in an earlier process`() throws {
        try stage.ledger.deploy(1, at: "blog", result: .failed(Failure("no")))
        try stage.ledger.deploy(2, at: "shop", result: .failed(Failure("no")))
        try deploy(.deployed(.fake(3)), "shop")
        stage.source.readEarlierResults()
        #expect(samples.contains(#"bellpull_site_failed{site="blog"} 1"#))
        #expect(samples.contains(#"bellpull_site_failed{site="shop"} 0"#))
    }

    @Test func `tell what runs and what waits`() throws {
        let door = Door()
        let strategy = FakeStrategy { announced, _, _ in
            door.pass()
            return announced.first.map(DeploymentResult.deployed) ?? .interrupted
        }
        let stage = try PagesStage(["a", "b", "c"], strategy: strategy)
        for (number, site) in stage.source.sites.enumerated() {
            stage.dispatcher.receive(
                .fake(number), for: [(site, .main(try .fake(number + 1)))], recorded: { _ in .answered },
                answer: { _, _ in })
        }
        func samples() -> [Substring] { stage.get("", at: .metrics).body.split(separator: "\n") }
        #expect(
            Observation.eventually {
                samples().contains("bellpull_running_deployments 2") && samples().contains("bellpull_queue_length 1")
            })
        #expect(samples().contains("bellpull_parallel_deployments 2"))
        let oldest = try #require(samples().first { $0.hasPrefix("bellpull_queue_oldest_seconds ") })
        #expect(Double(oldest.split(separator: " ")[1]).map { $0 > 0 && $0 < 60 } == true)
        door.open()
        stage.dispatcher.waitUntilIdle()
        #expect(samples().contains("bellpull_running_deployments 0") && samples().contains("bellpull_queue_length 0"))
        #expect(samples().contains("bellpull_queue_oldest_seconds 0.0"))
        #expect(samples().contains { $0.hasPrefix("bellpull_ledger_commits_total ") && !$0.hasSuffix(" 0") })
    }

    @Test func `count catch-up and the ledger's errors`() throws {
        let site = try #require(stage.source.site("blog"))
        stage.metrics.note(.unreachable(site, Failure("no route"), next: .seconds(60)))
        stage.metrics.note(LedgerError("damaged"))
        stage.metrics.note(.notStarted(site, LedgerError("full")))
        #expect(samples.contains("bellpull_catch_up_unreachable_sites 1"))
        stage.metrics.note(.reachable(site))
        for line in [
            "bellpull_catch_up_unreachable_sites 0", #"bellpull_catch_up_events_total{event="unreachable"} 1"#,
            #"bellpull_ledger_errors_total{operation="read"} 1"#, #"bellpull_ledger_errors_total{operation="start"} 1"#,
            #"bellpull_build_info{version="1.2.3"} 1"#,
        ] { #expect(samples.contains(line), "\(line)") }
    }

    @Test func `have the names of the dashboard`() throws {
        try deploy(.deployed(.fake(1)))
        let names = Set(text.matches(of: #/# TYPE ([a-z_]+)/#).map { String($0.1) })
        let dashboard = try ProjectFile.text("doc/grafana-dashboard.json")
        _ = try JSONSerialization.jsonObject(with: Data(dashboard.utf8))
        let used = Set(dashboard.matches(of: #/(bellpull|process)_[a-z_]+/#).map { String($0.0) })
        #expect(used.count >= 12)
        for name in used {
            let metric = name.hasSuffix("_seconds_bucket") ? String(name.dropLast("_bucket".count)) : name
            #expect(names.contains(metric), "\(name)")
        }
    }

    @Test func `escape label values`() throws {
        var text = MetricsText(capacity: 100)
        text.start("x", .gauge, "X.")
        text.add(1, ("site", "a\\b\"c\nd{}=,é"))
        #expect(text.text.hasSuffix("x{site=\"a\\\\b\\\"c\\nd{}=,é\"} 1\n"))
        try Grammar.check(text.text)
    }

    @Test(arguments: ["/x", "//", "/metrics", "/..", "/site/blog"])
    func `are at the mount alone`(_ path: String) { #expect(stage.get(path, at: .metrics).status == 404) }

    @Test func `take GET and HEAD`() {
        let head = stage.get("/", at: .metrics, method: "HEAD")
        #expect(head.status == 200 && head.omitsBody && !head.body.isEmpty)
        let post = stage.get("/", at: .metrics, method: "POST")
        #expect(post.status == 405 && post.header("Allow") == "GET, HEAD")
    }
}

/// The grammar of the text format (Prometheus, "Exposition formats", version 0.0.4).
enum Grammar {
    struct Mistake: Error { let line: Substring }

    static func check(_ text: String) throws {
        let name = #/[a-zA-Z_:][a-zA-Z0-9_:]*/#
        let help = #/# HELP [a-zA-Z_:][a-zA-Z0-9_:]* \S[^\n]*/#
        let type = #/# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram)/#
        let sample =
            #/([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*")*\})? (-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?)/#
        guard text.hasSuffix("\n") else { throw Mistake(line: "no line feed at the end") }
        var seen: Set<String> = []
        var metric = ""
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                guard line.wholeMatch(of: help) != nil, let found = line.dropFirst(7).prefixMatch(of: name) else {
                    throw Mistake(line: line)
                }
                metric = String(found.0)
                guard seen.insert(metric).inserted else { throw Mistake(line: line) }
            } else if line.hasPrefix("#") {
                guard line.wholeMatch(of: type) != nil, line.contains(" \(metric) ") else { throw Mistake(line: line) }
            } else {
                guard let match = line.wholeMatch(of: sample), match.1.hasPrefix(metric),
                    ["", "_bucket", "_sum", "_count"].contains(match.1.dropFirst(metric.count)),
                    seen.insert("sample " + String(line.prefix { $0 != " " || line.contains("\"") })).inserted
                else { throw Mistake(line: line) }
            }
        }
        guard !seen.isEmpty else { throw Mistake(line: "nothing") }
    }
}
