public import Endpoints
public import FastCGI
internal import Deploy
internal import Foundation

/// Answers with the metrics in Prometheus' text format.
public struct MetricsEndpoint: Endpoint {
    private let source: PageSource

    /// Creates an endpoint for the metrics of `source`.
    public init(_ source: PageSource) { self.source = source }

    /// The accepted methods.
    public let methods = ["GET", "HEAD"]

    /// Whether `path` is the mount.
    public func isFound(at path: String?) -> Bool { path == nil || path == "/" }

    /// Answers with the metrics.
    public func respond(to request: Request, at path: String?, through exchange: Exchange) {
        guard isFound(at: path) else { return refuse(request, because: .notFound, through: exchange) }
        var response = Response(
            status: 200, headers: [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")],
            contentType: "text/plain; version=0.0.4; charset=utf-8", body: text())
        response.omitsBody = (try? request.params.value(of: "REQUEST_METHOD")) == "HEAD"
        exchange.reply(response)
    }

    /// Answers with a line of text.
    public func refuse(_ request: Request, because refusal: Refusal, through exchange: Exchange) {
        exchange.reply(refusal.plainText(for: request))
    }

    /// Returns all metrics.
    func text(at now: ContinuousClock.Instant = .now) -> String {
        let facts = source.metrics.current
        var text = MetricsText(capacity: 16_384 + 320 * facts.names.count)
        text.start("bellpull_build_info", .gauge, "The version of the program. Always 1.")
        text.add(1, ("version", source.version))
        text.start("process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.")
        text.add(seconds: source.metrics.start)
        addDeliveries(facts, to: &text)
        addDeployments(facts, to: &text)
        addQueue(at: now, to: &text)
        addLedger(facts, to: &text)
        return text.text
    }

    /// The outcomes that a delivery may have. A counter that starts at zero shows its first event as an increase.
    private static let outcomes = [
        "cancelled", "deployed", "duplicate", "failed", "ignored", "malformed", "misconfigured", "ping", "pinned",
        "queued",
        "refused", "rejected", "skipped", "unchanged", "unrecorded", "waiting",
    ]

    private func addDeliveries(_ facts: Metrics.Facts, to text: inout MetricsText) {
        text.start("bellpull_deliveries_total", .counter, "Answered deliveries, by outcome.")
        for outcome in Set(Self.outcomes).union(facts.deliveries.keys).sorted() {
            text.add(facts.deliveries[outcome] ?? 0, ("outcome", outcome))
        }
        text.start("bellpull_delivery_duration_seconds", .histogram, "The time from a delivery to its answer.")
        text.add(facts.answers)
    }

    private func addDeployments(_ facts: Metrics.Facts, to text: inout MetricsText) {
        text.start("bellpull_sites", .gauge, "The sites in use.")
        text.add(facts.names.count)
        text.start("bellpull_configuration_mistakes", .gauge, "The mistakes in the configuration files.")
        text.add(facts.mistakes)
        text.start("bellpull_deployments_total", .counter, "Ended deployments and tries, by site and result.")
        for name in facts.names {
            let results = facts.sites[name]?.results ?? [:]
            if results["failed"] == nil { text.add(0, ("site", name), ("result", "failed")) }
            for (result, count) in results.sorted(by: { $0.key < $1.key }) {
                text.add(count, ("site", name), ("result", result))
            }
        }
        text.start(
            "bellpull_site_failed", .gauge, "Whether the last deployment of the site failed. Missing if there was none."
        )
        for name in facts.names {
            if let isFailed = facts.sites[name]?.isFailed { text.add(isFailed ? 1 : 0, ("site", name)) }
        }
        text.start(
            "bellpull_site_last_deployment_timestamp_seconds", .gauge,
            "When a deployment of the site last ended, in seconds since 1970.")
        for name in facts.names {
            if let time = facts.sites[name]?.lastEnd { text.add(Int(time), ("site", name)) }
        }
        text.start("bellpull_deployment_duration_seconds", .histogram, "How long deployments ran, by result.")
        for (result, histogram) in facts.durations.sorted(by: { $0.key < $1.key }) {
            text.add(histogram, ("result", result))
        }
    }

    private func addQueue(at now: ContinuousClock.Instant, to text: inout MetricsText) {
        let queue = source.snapshot()
        text.start("bellpull_running_deployments", .gauge, "The sites in deployment.")
        text.add(queue.running.count)
        text.start("bellpull_parallel_deployments", .gauge, "How many sites may be deployed at once.")
        text.add(queue.limit)
        text.start("bellpull_queue_length", .gauge, "The sites that wait for their turn.")
        text.add(queue.waiting.count)
        text.start("bellpull_queue_oldest_seconds", .gauge, "How long the oldest waiting push has waited for its turn.")
        text.add(seconds: (queue.waiting.first?.since.duration(to: now) ?? .zero) / .seconds(1))
    }

    private func addLedger(_ facts: Metrics.Facts, to text: inout MetricsText) {
        text.start("bellpull_catch_up_events_total", .counter, "Events of catch-up, such as missed pushes.")
        for event in ["missed", "reachable", "recovered", "unreachable"] {
            text.add(facts.catchUp[event] ?? 0, ("event", event))
        }
        text.start("bellpull_catch_up_unreachable_sites", .gauge, "The sites whose remote does not answer.")
        text.add(facts.unreachable.count)
        text.start("bellpull_ledger_size_bytes", .gauge, "The size of the ledger's files.")
        for (name, path) in [("database", source.ledgerPath), ("log", "\(source.ledgerPath)-wal")] {
            var status = stat()
            text.add(stat(path, &status) == 0 ? Int(status.st_size) : 0, ("file", name))
        }
        text.start("bellpull_ledger_commits_total", .counter, "Transactions of the ledger.")
        text.add(facts.commits)
        text.start("bellpull_ledger_errors_total", .counter, "Errors of the ledger, by what failed.")
        for operation in ["read", "record", "start"] {
            text.add(facts.ledgerErrors[operation] ?? 0, ("operation", operation))
        }
    }
}
