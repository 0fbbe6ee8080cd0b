import AccessLog
import Deploy
import Foundation

/// The rows of the ledger at one moment, for a comparison with a log. A delivery with its deployment takes about 130 bytes: texts
/// are hashes, and rows refer to each other by their positions.
struct AuditLedger {
    /// A deployment.
    struct Deployment {
        let id: DeploymentRecord.ID
        let site: String
        let state: DeploymentRecord.State
        let cause: DeploymentRecord.Cause
        /// The hash of the commit.
        let commit: Int?
        let queued: Date
        let ended: Date?
        /// How many deliveries in the ledger asked for the deployment.
        let requests: Int
    }

    private struct Row {
        let id: DeploymentRecord.ID
        /// 0 for none.
        let commit: Int
        /// In milliseconds since 1970.
        let queued, ended: Int64
        let site: UInt32
        var requests: UInt32 = 0
        let state: DeploymentRecord.State
        let cause: DeploymentRecord.Cause
    }

    private struct Delivery {
        let id: Int64
        /// In milliseconds since 1970.
        let received: Int64
        /// The hash of the forge's id; 0 for none.
        let forgeID: Int
        /// The place in `links` of the first deployment, and how many there are.
        var firstLink: UInt32 = 0
        var linkCount: UInt32 = 0
    }

    /// When the rows were read.
    let taken: Date
    private(set) var extent: LedgerExtent
    /// The unreadable deployments, and the errors.
    private(set) var unreadable: [(id: DeploymentRecord.ID, error: LedgerError)] = []
    /// The verification of the receipts; `nil` if not requested.
    private(set) var chain: ChainVerification?

    private var sites: [String] = []
    private var siteNumbers: [String: UInt32] = [:]
    /// In the order of their ids.
    private var rows: [Row] = []
    /// The positions of the deployments of each site.
    private var rowsOfSites: [[UInt32]] = []
    /// In the order of their ids.
    private var deliveries: [Delivery] = []
    private var isLogged: [Bool] = []
    /// The positions of the deployments of each delivery, one delivery after the other.
    private var links: [UInt32] = []
    private var forgeIDs = HashIndex([])
    /// Hashes of the receipts, sorted.
    private var receipts: [Int] = []
    /// Hashes of the receipts before the anchor: pruning has left their rows, and may have deleted rows between them.
    private var leftReceipts: Set<Int> = []

    /// Reads the rows of `ledger`.
    ///
    /// - Parameter verifying: whether to verify the receipts. This reads the output of all deployments.
    init(_ ledger: any Ledger, verifying: Bool) throws(LedgerError) {
        var rows = AuditLedger(at: Date(), try ledger.extent())
        let extent = try ledger.read(verifying: verifying) { extent, entry in
            if verifying, rows.chain == nil { rows.chain = ChainVerification(extent) }
            rows.add(entry)
        }
        rows.extent = extent
        if verifying, rows.chain == nil { rows.chain = ChainVerification(extent) }
        rows.sortDeployments()
        rows.forgeIDs = HashIndex(rows.deliveries.lazy.map(\.forgeID))
        rows.isLogged = [Bool](repeating: false, count: rows.deliveries.count)
        rows.receipts.sort()
        self = rows
    }

    private init(at taken: Date, _ extent: LedgerExtent) { (self.taken, self.extent) = (taken, extent) }

    private mutating func add(_ entry: LedgerEntry) {
        switch entry {
        case .deployment(let record, let link): add(record, link)
        case .orphan(let link):
            keep(link)
            chain?.addOrphan(link)
        case .unreadable(let id, let link, let error):
            unreadable.append((id, error))
            if let link {
                keep(link)
                chain?.add(link, nil)
            }
        case .delivery(let number, let forgeID, let received):
            // Deployments come before deliveries.
            if deliveries.isEmpty { sortDeployments() }
            deliveries.append(
                Delivery(id: number, received: received.milliseconds, forgeID: forgeID.map(Self.hash) ?? 0))
        case .request(let number, let deployment): addRequest(number, deployment)
        }
    }

    private mutating func add(_ record: DeploymentRecord, _ link: ChainLink?) {
        let commit = record.commit.map { Self.hash($0.description) } ?? 0
        rows.append(
            Row(
                id: record.id, commit: commit, queued: record.queued.milliseconds,
                ended: record.ended?.milliseconds ?? .max, site: number(of: record.site.name), state: record.state,
                cause: record.cause))
        guard let link else { return chain?.addUnchained(record.id, isFinished: record.state.isFinished) ?? () }
        keep(link)
        chain?.add(link, record)
    }

    private mutating func number(of site: String) -> UInt32 {
        if let number = siteNumbers[site] { return number }
        let number = UInt32(sites.count)
        sites.append(site)
        siteNumbers[site] = number
        return number
    }

    private mutating func keep(_ link: ChainLink) {
        guard chain != nil else { return }
        receipts.append(link.receipt.hashValue)
        if link.number < extent.anchor.number { leftReceipts.insert(link.receipt.hashValue) }
    }

    /// Sorts the deployments by their ids: the chain has them in the order of their ends.
    private mutating func sortDeployments() {
        guard rowsOfSites.isEmpty else { return }
        rows.sort { $0.id < $1.id }
        rowsOfSites = [[UInt32]](repeating: [], count: sites.count)
        for (position, row) in rows.enumerated() { rowsOfSites[Int(row.site)].append(UInt32(position)) }
    }

    /// Adds a request. The requests of a delivery follow each other. The delivery or the deployment may be missing: sqlite3(1)
    /// ignores foreign keys.
    private mutating func addRequest(_ number: Int64, _ deployment: DeploymentRecord.ID) {
        guard let delivery = Self.position(of: number, in: deliveries, \.id), let row = position(of: deployment) else {
            return
        }
        if deliveries[delivery].linkCount == 0 { deliveries[delivery].firstLink = UInt32(links.count) }
        deliveries[delivery].linkCount += 1
        links.append(UInt32(row))
        rows[row].requests += 1
    }

    static func hash(_ text: String) -> Int { text.hashValue }

    // MARK: Deployments

    /// Whether the ledger has a deployment of `site`.
    func knows(_ site: String) -> Bool { siteNumbers[site] != nil }

    /// Whether the ledger has `receipt`.
    func knows(_ receipt: Receipt) -> Bool {
        let hash = receipt.hashValue
        let position = receipts.partitioningIndex { $0 >= hash }
        return position < receipts.count && receipts[position] == hash
    }

    /// Whether no receipt after `receipt`, which is in the ledger, may be pruned.
    func hasAll(since receipt: Receipt) -> Bool { !leftReceipts.contains(receipt.hashValue) }

    /// Whether the ledger has no receipts and has pruned none. Only known if the receipts are verified.
    var hasNoReceipts: Bool { chain != nil && receipts.isEmpty && extent.anchor == .none }

    /// Returns the deployment with the number `id`.
    func deployment(_ id: DeploymentRecord.ID) -> Deployment? { position(of: id).map { deployment(at: $0) } }

    /// Returns the deployments of `site`, or of all sites, in the order of their numbers.
    func deployments(of site: String?) -> some Sequence<Deployment> {
        let number = site.map { siteNumbers[$0] ?? .max }
        return rows.indices.lazy.filter { number == nil || rows[$0].site == number }.map { deployment(at: $0) }
    }

    /// Returns the newest deployments of `site` that were queued or running between two times, 64 at most.
    func deployments(of site: String, from start: Date, to end: Date) -> [Deployment] {
        let positions = rows(of: site)
        let latest = end.milliseconds
        // Times increase with the ids, except where the clock was set back.
        var index = positions.partitioningIndex { rows[Int($0)].queued > latest }
        var found: [Deployment] = []
        while index > 0, found.count < 64 {
            index -= 1
            let deployment = deployment(at: Int(positions[index]))
            if deployment.ended ?? .distantFuture >= start { found.append(deployment) }
            if deployment.queued < start - 86_400 { break }
        }
        return found
    }

    /// Returns whether a deployment of the same site succeeded after `deployment`.
    func isSuperseded(_ deployment: Deployment) -> Bool {
        let positions = rows(of: deployment.site)
        let index = positions.partitioningIndex { rows[Int($0)].id > deployment.id }
        return positions[index...].contains { rows[Int($0)].state.isSuccess }
    }

    private func rows(of site: String) -> [UInt32] { siteNumbers[site].map { rowsOfSites[Int($0)] } ?? [] }

    private func position(of id: DeploymentRecord.ID) -> Int? { Self.position(of: id, in: rows, \.id) }

    private func deployment(at position: Int) -> Deployment {
        let row = rows[position]
        return Deployment(
            id: row.id, site: sites[Int(row.site)], state: row.state, cause: row.cause,
            commit: row.commit == 0 ? nil : row.commit, queued: Date(milliseconds: row.queued),
            ended: row.ended == .max ? nil : Date(milliseconds: row.ended), requests: Int(row.requests))
    }

    /// Returns the position of `id` in `elements`, which are sorted. The ids have few gaps, so the first guess is mostly right.
    private static func position<Element>(of id: Int64, in elements: [Element], _ key: (Element) -> Int64) -> Int? {
        guard let first = elements.first.map(key), id >= first else { return nil }
        // A person may have written any id, and the difference may be larger than an Int64.
        let guess = Int(min(UInt64(bitPattern: id &- first), UInt64(elements.count - 1)))
        if key(elements[guess]) == id { return guess }
        let position = elements[...guess].partitioningIndex { key($0) >= id }
        return position <= guess && key(elements[position]) == id ? position : nil
    }

    // MARK: Deliveries

    /// Returns the positions of the deliveries with the forge's id; empty if there is none.
    func deliveries(withID forgeID: String?) -> [Int] {
        guard let hash = forgeID.map(Self.hash) else { return [] }
        var found: [Int] = []
        _ = forgeIDs.first(hash) { position in
            if deliveries[position].forgeID == hash { found.append(position) }
            return false
        }
        return found
    }

    /// Returns the deployments that a delivery asked for.
    func deployments(askedBy delivery: Int) -> some Sequence<Deployment> {
        let (first, count) = (Int(deliveries[delivery].firstLink), Int(deliveries[delivery].linkCount))
        return links[first..<first + count].lazy.map { deployment(at: Int($0)) }
    }

    func received(_ delivery: Int) -> Date { Date(milliseconds: deliveries[delivery].received) }

    /// Notes that the log has a line about the delivery.
    mutating func markLogged(_ delivery: Int) { isLogged[delivery] = true }

    /// Returns the first delivery to one of `sites` without a line in the log, received between two times.
    ///
    /// - Parameter hasForgeID: whether the delivery must have an id of the forge; `nil` for either.
    func unloggedDelivery(to sites: [String], from start: Date, to end: Date, withID hasForgeID: Bool? = nil) -> Int? {
        let (start, end) = (start.milliseconds, end.milliseconds)
        var position = deliveries.partitioningIndex { $0.received >= start }
        while position < deliveries.count, deliveries[position].received <= end {
            if !isLogged[position], hasForgeID.map({ $0 == (deliveries[position].forgeID != 0) }) ?? true,
                deployments(askedBy: position).contains(where: { sites.contains($0.site) })
            {
                return position
            }
            position += 1
        }
        return nil
    }

    /// Counts the deliveries with an id of the forge and without a line in the log, received between two times.
    ///
    /// - Parameter site: counts only deliveries to this site; `nil` for all.
    func unloggedDeliveries(to site: String?, after start: Date, before end: Date) -> Int {
        let (start, end) = (start.milliseconds, end.milliseconds)
        return deliveries.indices.count { position in
            let delivery = deliveries[position]
            guard !isLogged[position], delivery.forgeID != 0, delivery.received > start, delivery.received < end
            else { return false }
            return site == nil || deployments(askedBy: position).contains { $0.site == site }
        }
    }
}

extension DeploymentRecord.State {
    /// Whether the site was at the commit of the deployment in the end.
    var isSuccess: Bool { self == .deployed || self == .unchanged }
}

extension Date {
    fileprivate init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

    /// Whole milliseconds since 1970, cut to the range of an Int64.
    fileprivate var milliseconds: Int64 {
        Int64(exactly: (timeIntervalSince1970 * 1000).rounded()) ?? (timeIntervalSince1970 < 0 ? .min : .max)
    }
}
