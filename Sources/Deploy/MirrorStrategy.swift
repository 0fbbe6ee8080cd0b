internal import Processes
internal import Git
internal import Synchronization

/// The strategy for sites that follow tags, or branches by a pattern: the work tree is put at the one of the highest
/// version. That depends on the remote alone, and not on the order in which deliveries come.
final class MirrorStrategy: Strategy {
    private let path: String
    let pattern: RefPattern
    // Opening takes a few git processes, so that it is done once, and again after whatever failed.
    private let opened = Mutex<DetachedClone?>(nil)

    /// The strategy for the clone at `path`, opened when it is needed.
    init(path: String, pattern: RefPattern) {
        self.path = path
        self.pattern = pattern
    }

    /// Never known without asking: what is announced need not be the newest.
    var deployed: Commit? { nil }

    var source: Source? { nil }

    func open(_ limits: Limits) throws { _ = try checkout(limits) }

    func precheck() -> Failure? { BranchClone.precheck(at: path).map { Failure($0.message, hint: $0.hint) } }

    func lock(_ limits: Limits) throws -> any LockedSite {
        let checkout = try checkout(limits)
        do {
            let lock = try SiteLock(in: checkout.gitDirectory, limits)
            return MirrorSession(checkout, pattern, lock: lock) { [self] in forget() }
        } catch {
            forget()
            throw error
        }
    }

    func missed(_ limits: Limits) throws -> DeploymentRecord.Target? {
        let checkout = try checkout(limits)
        do {
            guard let newest = try checkout.newest(pattern, limits) else { throw Failure.noMatch(pattern) }
            guard checkout.head != newest.commit else { return nil }
            return DeploymentRecord.Target(ref: newest.ref, commit: newest.commit)
        } catch let error as GitError {
            forget()
            throw Failure(error, in: checkout.path)
        }
    }

    private func forget() { opened.withLock { $0 = nil } }

    /// The checkout, opened if it is not open.
    func checkout(_ limits: Limits) throws(Failure) -> DetachedClone {
        if let checkout = opened.withLock({ $0 }), checkout.head != nil { return checkout }
        do {
            let checkout = try DetachedClone.open(at: path, limits)
            opened.withLock { $0 = checkout }
            return checkout
        } catch {
            throw Failure(error.message, hint: error.hint)
        }
    }
}

extension Failure {
    /// The remote has nothing that is followed.
    static func noMatch(_ pattern: RefPattern) -> Failure {
        let kind = pattern.kind == .tag ? "tag" : "branch"
        return Failure("the remote has no \(kind) \(pattern)", hint: "git ls-remote shows what it has")
    }
}
