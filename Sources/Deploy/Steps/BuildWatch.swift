internal import Foundation
internal import Git
internal import Processes
internal import Synchronization

/// Ends a build when Bellpull stops, when somebody pins the site, as a rollback must not wait for a build that is not going live,
/// or when the remote shows another commit after a push. Looks five times a second, on a thread of its own.
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
    ///   - newest: asks the remote which commit the site is to be at; `nil` if the remote does not answer.
    init(
        _ build: NewerPush, _ cancellation: Cancellation, isPinned: @escaping @Sendable () -> Bool,
        newest: @escaping @Sendable () -> Commit?
    ) {
        Thread.detachNewThread { [self] in
            var nextQuestion = ContinuousClock.now
            while !ended.wait(for: Self.interval), !build.cancellation.isCancelled {
                let isNewPin = isPinned()
                if isNewPin { sawPin.store(true, ordering: .sequentiallyConsistent) }
                if isNewPin || cancellation.isCancelled { build.cancellation.cancel() }
                guard nextQuestion <= .now, build.takeQuestion() else { continue }
                if let commit = newest() { build.resolve(to: commit) }
                nextQuestion = .now + .seconds(1)
            }
        }
    }

    /// Ends the watch. Returns whether a pin ended the build.
    func finish() -> Bool {
        ended.cancel()
        return sawPin.load(ordering: .sequentiallyConsistent)
    }
}
