internal import Foundation
internal import Processes
internal import Synchronization

/// Ends a build when Bellpull stops, or when somebody pins the site: a rollback must not wait for a build that is not going live.
/// Looks five times a second, on a thread of its own.
final class BuildWatch: Sendable {
    private let ended = Cancellation()
    private let sawPin = Atomic(false)

    private static let interval = Duration.milliseconds(200)

    /// Starts to watch.
    ///
    /// - Parameters:
    ///   - build: ends the build.
    ///   - cancellation: tells that Bellpull stops.
    ///   - isPinned: tells whether somebody has pinned the site since the deployment began.
    init(_ build: Cancellation, _ cancellation: Cancellation, isPinned: @escaping @Sendable () -> Bool) {
        Thread.detachNewThread { [self] in
            while !ended.wait(for: Self.interval), !build.isCancelled {
                let isNewPin = isPinned()
                if isNewPin { sawPin.store(true, ordering: .sequentiallyConsistent) }
                if isNewPin || cancellation.isCancelled { build.cancel() }
            }
        }
    }

    /// Ends the watch. Returns whether a pin ended the build.
    func finish() -> Bool {
        ended.cancel()
        return sawPin.load(ordering: .sequentiallyConsistent)
    }
}
