public import Deploy
internal import Foundation
internal import Synchronization

/// What the pages and the metrics tell about.
public final class PageSource: Sendable {
    /// The version of the program.
    let version: String
    /// The path of the ledger's file.
    let ledgerPath: String
    /// The folder with the output of running deployments.
    let stateFolder: String
    let metrics: Metrics
    /// A connection to the ledger for the pages alone. Nothing is written through it.
    let ledger: any Ledger
    let latest: LatestDeployments
    private let dispatcher: Dispatcher
    private let all = Mutex<[Site]>([])

    /// Creates a source without sites.
    ///
    /// - Parameters:
    ///   - ledger: a connection for the pages alone.
    ///   - latest: the latest deployments in the same ledger.
    public init(
        version: String, ledgerPath: String, stateFolder: String, ledger: any Ledger, latest: LatestDeployments,
        dispatcher: Dispatcher, metrics: Metrics
    ) {
        self.version = version
        self.ledgerPath = ledgerPath
        self.stateFolder = stateFolder
        self.ledger = ledger
        self.latest = latest
        self.dispatcher = dispatcher
        self.metrics = metrics
    }

    /// Replaces the sites.
    ///
    /// - Parameter mistakes: the number of mistakes in the configuration files.
    public func follow(_ sites: [Site], mistakes: Int) {
        all.withLock { $0 = sites }
        metrics.follow(sites.map(\.name), mistakes: mistakes)
    }

    /// Reads in the ledger which sites failed last, for the metrics.
    public func readEarlierResults() {
        guard let records = try? ledger.latestDeployments() else { return }
        metrics.recordEarlier(records.filter(\.state.isFinished))
    }

    /// The sites in use, in the order of the configuration.
    var sites: [Site] { all.withLock { $0 } }

    /// Returns the site `name`.
    func site(_ name: String) -> Site? { all.withLock { sites in sites.first { $0.name == name } } }

    /// Returns what runs and what waits.
    func snapshot() -> DispatcherSnapshot { dispatcher.snapshot() }
}
