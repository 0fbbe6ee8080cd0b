import Deploy
import Pages

/// The connection of the pages to the ledger, and what observes for the pages.
struct PageReaders {
    private let state: StateDirectory
    private let ledger: any Ledger
    let metrics = Metrics()
    let latest: LatestDeployments

    /// Creates readers of the ledger in `state`. Nothing is opened yet.
    init(_ state: StateDirectory) {
        self.state = state
        ledger = state.ledger()
        latest = LatestDeployments(ledger)
    }

    /// Returns what the pages tell about.
    func source(of dispatcher: Dispatcher) -> PageSource {
        PageSource(
            version: Bellpull.version, ledgerPath: state.ledgerPath, stateFolder: state.path, ledger: ledger,
            latest: latest, dispatcher: dispatcher, metrics: metrics)
    }
}
