import TestSupport
import Deploy
import Foundation
import SQLiteLedger
import Synchronization

/// A ledger that counts its transactions, and can be made to fail or to wait.
final class WatchedLedger: Ledger {
    private struct State {
        var writes = 0
        var trouble: LedgerError?
        var door: Door?
    }

    private let ledger: StoredLedger
    private let state = Mutex(State())

    init(_ ledger: StoredLedger) { self.ledger = ledger }

    /// How many transactions there were.
    var writes: Int { state.withLock(\.writes) }

    /// Fails at everything from now on, or at nothing any more.
    func fail(_ trouble: LedgerError?) { state.withLock { $0.trouble = trouble } }

    /// Lets every transaction wait at `door` from now on.
    func wait(at door: Door) { state.withLock { $0.door = door } }

    func write<Result>(_ body: (any LedgerWriter) throws -> Result) throws(LedgerError) -> Result {
        let door = state.withLock { state in
            state.writes += 1
            return state.door
        }
        door?.pass()
        try check()
        return try ledger.write(body)
    }

    func unfinishedSites() throws(LedgerError) -> Set<String> {
        try check()
        return try ledger.unfinishedSites()
    }

    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord? {
        try check()
        return try ledger.deployment(id)
    }

    func deployments(of site: String?, limit: Int) throws(LedgerError) -> [DeploymentRecord] {
        try check()
        return try ledger.deployments(of: site, limit: limit)
    }

    func latestDeployments() throws(LedgerError) -> [DeploymentRecord] {
        try check()
        return try ledger.latestDeployments()
    }

    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date? {
        try check()
        return try ledger.lastUseOfPreviousSecret(by: hook)
    }

    private func check() throws(LedgerError) {
        if let trouble = state.withLock(\.trouble) { throw trouble }
    }
}
