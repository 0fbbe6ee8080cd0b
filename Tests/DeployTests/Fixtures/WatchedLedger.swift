import TestSupport
import Deploy
import Foundation
import SQLiteLedger
import Synchronization

/// A ledger with a counter of transactions. A test can make the ledger fail or wait.
final class WatchedLedger: Ledger {
    private struct State {
        var writes = 0
        var trouble: LedgerError?
        var door: Door?
    }

    private let ledger: StoredLedger
    private let state = Mutex(State())

    init(_ ledger: StoredLedger) { self.ledger = ledger }

    /// How many transactions have run.
    var writes: Int { state.withLock(\.writes) }

    /// Makes every operation fail with the given error; `nil` ends the failures.
    func fail(_ trouble: LedgerError?) { state.withLock { $0.trouble = trouble } }

    /// Makes every further transaction wait at `door`.
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

    func nextTries() throws(LedgerError) -> [String: Date] {
        try check()
        return try ledger.nextTries()
    }

    func deployment(_ id: DeploymentRecord.ID) throws(LedgerError) -> DeploymentRecord? {
        try check()
        return try ledger.deployment(id)
    }

    func deployments(
        of site: String?, before id: DeploymentRecord.ID?, limit: Int
    ) throws(LedgerError) -> [DeploymentRecord] {
        try check()
        return try ledger.deployments(of: site, before: id, limit: limit)
    }

    func latestDeployments() throws(LedgerError) -> [DeploymentRecord] {
        try check()
        return try ledger.latestDeployments()
    }

    func lastUseOfPreviousSecret(by hook: String?) throws(LedgerError) -> Date? {
        try check()
        return try ledger.lastUseOfPreviousSecret(by: hook)
    }

    func extent() throws(LedgerError) -> LedgerExtent {
        try check()
        return try ledger.extent()
    }

    func read(
        verifying: Bool, _ body: (LedgerExtent, LedgerEntry) -> Void
    ) throws(LedgerError) -> LedgerExtent {
        try check()
        return try ledger.read(verifying: verifying, body)
    }

    func deployments(askedByDelivery forgeID: String) throws(LedgerError) -> [DeploymentRecord] {
        try check()
        return try ledger.deployments(askedByDelivery: forgeID)
    }

    func deliveries(of deployment: DeploymentRecord.ID) throws(LedgerError) -> [LiveDeployment.Delivery] {
        try check()
        return try ledger.deliveries(of: deployment)
    }

    func liveDeployments(at time: Date, of site: String?) throws(LedgerError) -> [LiveDeployment] {
        try check()
        return try ledger.liveDeployments(at: time, of: site)
    }

    private func check() throws(LedgerError) {
        if let trouble = state.withLock(\.trouble) { throw trouble }
    }
}
