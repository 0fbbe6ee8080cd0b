import AccessLog
import Deploy
import Foundation

/// The rows of the ledger at one moment, as far as a log is compared with them.
struct AuditLedger {
    /// A deployment. The commit is a hash: a million texts would take much memory.
    struct Deployment {
        let id: DeploymentRecord.ID
        let site: String
        let state: DeploymentRecord.State
        let cause: DeploymentRecord.Cause
        let commit: Int?
        let queued: Date
        let ended: Date?
        /// How many deliveries that the ledger has asked for the deployment.
        var requests = 0
    }

    struct Delivery {
        let received: Date
        let hasForgeID: Bool
        var deployments: [DeploymentRecord.ID] = []
        var isLogged = false
    }

    /// When the rows were read.
    let taken: Date
    private(set) var extent: LedgerExtent
    private(set) var deployments: [DeploymentRecord.ID: Deployment] = [:]
    private(set) var deliveries: [Int64: Delivery] = [:]
    /// The deployments that cannot be read, and why.
    private(set) var unreadable: [(id: DeploymentRecord.ID, error: LedgerError)] = []
    /// The verification of the receipts; `nil` if not requested.
    private(set) var chain: ChainVerification?
    private(set) var receipts: Set<Receipt> = []
    private var sites: [String: [DeploymentRecord.ID]] = [:]
    private var numbers: [Int: [Int64]] = [:]

    /// Reads the rows of `ledger`.
    ///
    /// - Parameter verifying: whether to verify the receipts, for which the output of all deployments is read.
    init(_ ledger: any Ledger, verifying: Bool) throws(LedgerError) {
        var rows = AuditLedger(at: Date(), try ledger.extent())
        let extent = try ledger.read(withOutput: verifying) { extent, entry in
            if verifying, rows.chain == nil { rows.chain = ChainVerification(extent) }
            rows.add(entry)
        }
        rows.extent = extent
        if verifying, rows.chain == nil { rows.chain = ChainVerification(extent) }
        for site in rows.sites.keys { rows.sites[site]?.sort() }
        self = rows
    }

    private init(at taken: Date, _ extent: LedgerExtent) { (self.taken, self.extent) = (taken, extent) }

    private mutating func add(_ entry: LedgerEntry) {
        switch entry {
        case .deployment(let record, let link): add(record, link)
        case .orphan(let link):
            keep(link.receipt)
            chain?.addOrphan(link)
        case .unreadable(let id, let link, let error):
            unreadable.append((id, error))
            if let link {
                keep(link.receipt)
                chain?.add(link, nil)
            }
        case .delivery(let number, let forgeID, let received):
            deliveries[number] = Delivery(received: received, hasForgeID: forgeID != nil)
            if let forgeID { numbers[Self.hash(forgeID), default: []].append(number) }
        case .request(let number, let deployment):
            // Neither the delivery nor the deployment may be there: sqlite3(1) ignores foreign keys.
            guard deliveries[number] != nil, deployments[deployment] != nil else { return }
            deliveries[number]?.deployments.append(deployment)
            deployments[deployment]?.requests += 1
        }
    }

    private mutating func add(_ record: DeploymentRecord, _ link: ChainLink?) {
        deployments[record.id] = Deployment(
            id: record.id, site: record.site.name, state: record.state, cause: record.cause,
            commit: record.commit.map { Self.hash($0.description) }, queued: record.queued, ended: record.ended)
        sites[record.site.name, default: []].append(record.id)
        guard let link else { return chain?.addUnchained(record.id, isFinished: record.state.isFinished) ?? () }
        keep(link.receipt)
        chain?.add(link, record)
    }

    private mutating func keep(_ receipt: Receipt) {
        if chain != nil { receipts.insert(receipt) }
    }

    /// Whether the ledger has a deployment of `site`.
    func knows(_ site: String) -> Bool { sites[site] != nil }

    static func hash(_ text: String) -> Int { text.hashValue }

    // MARK: Search

    /// Returns the numbers of the deliveries with the forge's id; empty if there is none.
    func numbers(of forgeID: String?) -> [Int64] { forgeID.flatMap { numbers[Self.hash($0)] } ?? [] }

    mutating func markLogged(_ number: Int64) { deliveries[number]?.isLogged = true }

    /// Returns the deployments of `site` that somebody waited for between two times.
    func deployments(of site: String, from start: Date, to end: Date) -> [Deployment] {
        let ids = sites[site] ?? []
        // Times increase with the ids, except where the clock was set back.
        var index = ids.partitioningIndex { (deployments[$0]?.queued ?? .distantPast) > end }
        var found: [Deployment] = []
        while index > 0, found.count < 64 {
            index -= 1
            guard let deployment = deployments[ids[index]] else { continue }
            if deployment.ended ?? .distantFuture >= start { found.append(deployment) }
            if deployment.queued < start - 86_400 { break }
        }
        return found
    }

    /// Returns whether a deployment of the same site succeeded after `deployment`.
    func isSuperseded(_ deployment: Deployment) -> Bool {
        let ids = sites[deployment.site] ?? []
        let index = ids.partitioningIndex { $0 > deployment.id }
        return ids[index...].contains { deployments[$0]?.state.isSuccess == true }
    }
}

extension DeploymentRecord.State {
    /// Whether the site was at the commit of the deployment in the end.
    var isSuccess: Bool { self == .deployed || self == .unchanged }
}

extension [Int64] {
    /// Returns the first index whose element has a true `isAfter`. All elements after it have one too.
    fileprivate func partitioningIndex(where isAfter: (Int64) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
