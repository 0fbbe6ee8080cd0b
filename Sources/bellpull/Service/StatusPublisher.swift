import Deploy
import Endpoints
import Foundation
import Synchronization

/// Writes `status.json` (`StatusFile`) whenever the ledger or the sites have changed, on a thread of its own:
///
///     idle ── note ──→ dirty ──→ reading and writing ──→ pause ── noted meanwhile ──→ dirty
///       └────────────────────────────────────────────────── nothing noted ──────────────┘
///
/// A note costs one atomic operation, or a signal if the thread is idle. The pause is a second, or longer for many sites: fifty
/// times the processor time of the writing, and at most 30 s. Ten thousand busy sites cost about two per cent of one core.
final class StatusPublisher: Observer, @unchecked Sendable {
    /// A site and its path.
    typealias Entry = (site: Site, path: String)

    /// How many deployments the file has.
    static let deployments = 100
    /// The length of the longest message, in characters.
    private static let messageLength = 500
    /// The largest size of the list of sites, in bytes.
    private static let limit = 8 << 20
    private static let shortestPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(30)

    private let folder: String
    private let state: StateDirectory
    private let report: @Sendable (_ reason: String) -> Void
    private let isDirty = Atomic<Bool>(false)
    // Guards and signals the properties below.
    private let condition = MonotonicCondition()
    private var entries: [Entry] = []
    private var isStopped = false
    private var isRunning = true

    /// Creates a publisher. Returns `nil` if `RUNTIME_DIRECTORY` names no folder.
    ///
    /// - Parameter report: told why the file cannot be written, once until the next success.
    init?(
        _ environment: [String: String], _ state: StateDirectory, report: @escaping @Sendable (_ reason: String) -> Void
    ) {
        guard environment["RUNTIME_DIRECTORY"]?.isEmpty == false else { return nil }
        folder = StatusFile.folder(environment)
        self.state = state
        self.report = report
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Replaces the sites.
    func follow(_ entries: [Entry]) {
        condition.withLock { self.entries = entries }
        note()
    }

    /// Records that the ledger may have changed.
    func note(_ event: Dispatcher.Event) { note() }

    /// Records that something changed. Returns at once.
    func note() {
        guard !isDirty.load(ordering: .relaxed), !isDirty.exchange(true, ordering: .acquiringAndReleasing) else {
            return
        }
        condition.withLock { condition.broadcast() }
    }

    /// Stops the thread, waits up to 2 s for its end, and removes the file: nobody keeps the file up to date any more.
    func stop() {
        let deadline = ContinuousClock.now + .seconds(2)
        condition.withLock {
            isStopped = true
            condition.broadcast()
            while isRunning, condition.wait(until: deadline) {}
        }
        unlink("\(folder)/\(StatusFile.name)")
    }

    private func work() {
        var lastHash: Int?
        var isFailing = false
        while let entries = nextEntries() {
            let start = Self.processorTime
            do {
                lastHash = try write(entries, unless: lastHash)
                isFailing = false
            } catch {
                if !isFailing { report(error.reason) }
                isFailing = true
            }
            pause(min(max(Self.shortestPause, (Self.processorTime - start) * 50), Self.longestPause))
        }
        condition.withLock {
            isRunning = false
            condition.broadcast()
        }
    }

    /// Waits for a note. Returns `nil` after `stop`.
    private func nextEntries() -> [Entry]? {
        condition.withLock {
            while !isStopped, !isDirty.load(ordering: .acquiring) { condition.wait() }
            // What changes from now on is noted again.
            isDirty.store(false, ordering: .sequentiallyConsistent)
            return isStopped ? nil : entries
        }
    }

    /// The processor time of the calling thread.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func pause(_ time: Duration) {
        let deadline = ContinuousClock.now + time
        condition.withLock {
            while !isStopped, condition.wait(until: deadline) {}
        }
    }

    private struct Failure: Error {
        let reason: String
    }

    /// Writes the file, unless the hash of its content is `hash`. Returns the hash.
    private func write(_ entries: [Entry], unless hash: Int?) throws(Failure) -> Int {
        let time = Date()
        var writer = StatusWriter(limit: Self.limit)
        do throws(LedgerError) {
            // A connection of its own: reading ten thousand sites holds up no other reader, and no memory is kept.
            let ledger = state.ledger()
            for record in try ledger.deployments(of: nil, limit: Self.deployments) {
                writer.add(DeploymentView(record).shortened(to: Self.messageLength))
            }
            let latest = Dictionary(grouping: try ledger.latestDeployments(), by: \.site.name)
            for entry in entries {
                let view = SiteView(
                    name: entry.site.name, path: entry.path, repository: entry.site.repository?.description,
                    follows: entry.site.follows?.description, commit: entry.site.liveCommit, pin: entry.site.pin,
                    latest[entry.site.name] ?? [])
                writer.add(view.shortened(to: Self.messageLength))
            }
        } catch {
            throw Failure(reason: error.message)
        }
        let new = writer.hash
        guard new != hash else { return new }
        try replace(writer.json(time: time, state: state.path))
        return new
    }

    /// Replaces the file. A reader sees the old or the new file, never a part.
    private func replace(_ json: Data) throws(Failure) {
        let path = "\(folder)/\(StatusFile.name)"
        let draft = "\(path).\(getpid())"
        unlink(draft)
        defer { unlink(draft) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Failure(reason: "\(draft): \(String(cString: strerror(errno)))") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: json)
        } catch {
            throw Failure(reason: "\(draft): \(error.localizedDescription)")
        }
        guard rename(draft, path) == 0 else { throw Failure(reason: "\(path): \(String(cString: strerror(errno)))") }
    }
}
