internal import Foundation

/// Writes to a ledger on a thread of its own, in one transaction all that came while the one before was made durable
/// (group commit): a disk that takes a thousand transactions a second can take many thousand deliveries.
///
/// What is written is in the order in which it was asked for, and so is what follows it.
final class GroupCommitWriter: @unchecked Sendable {
    /// One thing to write. It returns what is to be done once it is durable.
    private struct Entry {
        let write: (any LedgerWriter) throws -> () -> Void
        let fail: (LedgerError) -> Void
    }

    /// The most that may wait to be written; beyond it there is no room.
    private static let capacity = 4096
    /// How long to wait for others to come along while there is much to write, in microseconds: a transaction costs more
    /// than what is in it. Who comes alone waits for nobody.
    private static let delay: UInt32 = 1000
    /// The third within this time makes it much: one push alone is recorded, and begins at once.
    private static let bustle = Duration.milliseconds(10)

    private let ledger: any Ledger
    // Guards and signals the two below.
    private let condition = NSCondition()
    private var entries: [Entry] = []
    private var isDismissed = false

    /// A writer of `ledger`, who writes until dismissed.
    init(_ ledger: any Ledger) {
        self.ledger = ledger
        let thread = Thread { [self] in work() }
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Writes what is left to write, and then no more.
    func dismiss() {
        condition.withLock {
            isDismissed = true
            condition.signal()
        }
    }

    /// Has `write` done, and calls `then` on the writer's thread when it is durable or has failed.
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
            guard !isDismissed else { return LedgerError("bellpull has stopped") }
            guard entries.count < Self.capacity else { return LedgerError("too much waits to be written down") }
            entries.append(entry)
            condition.signal()
            return nil
        }
        if let refusal { then(.failure(refusal)) }
    }

    /// Has `write` done, and waits until it is durable. Not to be called on the writer's thread.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriter) throws -> Result
    ) throws(LedgerError) -> Result {
        let answer = Answer<Result>()
        write(body) { answer.give($0) }
        return try answer.wait().get()
    }

    private func work() {
        var (last, lastButOne) = (ContinuousClock.now - Self.bustle, ContinuousClock.now - Self.bustle)
        while awaitEntry() {
            if lastButOne.age < Self.bustle { usleep(Self.delay) }
            write(takeEntries())
            (last, lastButOne) = (.now, last)
        }
    }

    /// Waits until there is something to write; false when there will be nothing any more.
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
        } catch {
            // One that cannot be written takes no other with it.
            guard error.isOfContents, batch.count > 1 else { return batch.forEach { $0.fail(error) } }
            for entry in batch { write([entry]) }
        }
    }
}

/// A result that one thread waits for and another gives.
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
