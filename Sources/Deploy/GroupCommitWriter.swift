internal import Foundation

/// Writes to a ledger on one thread. All entries arriving during the commit of a transaction share the next transaction
/// (group commit): a disk with a thousand syncs per second can take many thousand deliveries.
///
/// Entries are written, and callers informed, in the order of arrival:
///
///     write ──→ entries ── up to 1 ms later while many arrive ──→ one transaction ──→ durable ──→ then
final class GroupCommitWriter: @unchecked Sendable {
    /// One write. `write` returns the function to call when the write is durable.
    private struct Entry {
        let write: (any LedgerWriter) throws -> () -> Void
        let fail: (LedgerError) -> Void
    }

    /// How many entries may wait to be written.
    private static let capacity = 4096
    /// How long to wait for more entries while many arrive at once, in microseconds: a transaction costs more than its entries.
    private static let delay: UInt32 = 1000

    private let ledger: any Ledger
    private let onCommit: @Sendable () -> Void
    // Guards and signals the two properties below.
    private let condition = MonotonicCondition()
    private var entries: [Entry] = []
    private var isDismissed = false

    /// Creates a writer for `ledger`. The writer runs until dismissed.
    ///
    /// - Parameter onCommit: called on the writer's thread after each transaction, when all its entries are answered.
    init(_ ledger: any Ledger, onCommit: @escaping @Sendable () -> Void = {}) {
        self.ledger = ledger
        self.onCommit = onCommit
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Writes the waiting entries, and accepts no more.
    func dismiss() {
        condition.withLock {
            isDismissed = true
            condition.signal()
        }
    }

    /// Runs `write` in a transaction, and calls `then` on the writer's thread when the write is durable or has failed.
    func write<Result: Sendable>(
        _ write: @escaping @Sendable (any LedgerWriter) throws -> Result,
        then: @escaping @Sendable (Swift.Result<Result, LedgerError>) -> Void
    ) {
        let entry = Entry(
            write: { writer in
                let result = try write(writer)
                return { then(.success(result)) }
            },
            fail: { then(.failure($0)) })
        let refusal: LedgerError? = condition.withLock {
            guard !isDismissed else { return LedgerError("bellpull is stopping and records nothing more") }
            guard entries.count < Self.capacity else {
                return LedgerError("the ledger's write queue is full (\(Self.capacity) entries)")
            }
            entries.append(entry)
            condition.signal()
            return nil
        }
        if let refusal { then(.failure(refusal)) }
    }

    /// Runs `body` in a transaction and waits until the write is durable. Must not be called on the writer's thread.
    ///
    /// - Parameter onSuccess: called on the writer's thread, in the order of the writes.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriter) throws -> Result,
        onSuccess: @escaping @Sendable (Result) -> Void = { _ in }
    ) throws(LedgerError) -> Result {
        let answer = Answer<Result>()
        write(body) {
            if case .success(let result) = $0 { onSuccess(result) }
            answer.give($0)
        }
        return try answer.wait().get()
    }

    private func work() {
        var crowd = Crowd()
        while awaitEntry() {
            if crowd.isExpected(at: .now) { usleep(Self.delay) }
            let batch = takeEntries()
            write(batch)
            crowd.wrote(batch.count, at: .now)
        }
    }

    /// Waits for entries. Returns false if the writer is dismissed and no entry is left.
    private func awaitEntry() -> Bool {
        condition.withLock {
            while entries.isEmpty {
                if isDismissed { return false }
                condition.wait()
            }
            return true
        }
    }

    private func takeEntries() -> [Entry] {
        condition.withLock {
            defer { entries = [] }
            return entries
        }
    }

    private func write(_ batch: [Entry]) {
        do throws(LedgerError) {
            for done in try ledger.write({ writer in try batch.map { try $0.write(writer) } }) { done() }
            onCommit()
        } catch {
            // An impossible entry must not fail the others.
            guard error.isOfEntry, batch.count > 1 else { return batch.forEach { $0.fail(error) } }
            for entry in batch { write([entry]) }
        }
    }
}

/// Tells whether many entries arrive at once. Entries that arrive one after the other are never delayed.
struct Crowd {
    /// For so long after a transaction of several entries, more are expected.
    private static let time = Duration.milliseconds(10)

    private var last: ContinuousClock.Instant?

    /// Notes a transaction of `count` entries.
    mutating func wrote(_ count: Int, at now: ContinuousClock.Instant) { if count > 1 { last = now } }

    /// Whether several entries are expected.
    func isExpected(at now: ContinuousClock.Instant) -> Bool { last.map { now - $0 < Self.time } ?? false }
}

/// A result set by one thread and awaited by another.
private final class Answer<Value: Sendable>: @unchecked Sendable {
    private let given = DispatchSemaphore(value: 0)
    private var result: Result<Value, LedgerError> = .failure(LedgerError("nothing was written"))

    func give(_ result: Result<Value, LedgerError>) {
        self.result = result
        given.signal()
    }

    func wait() -> Result<Value, LedgerError> {
        given.wait()
        return result
    }
}
