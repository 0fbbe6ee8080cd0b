import Processes
import Foundation
import Git

extension Signals {
    /// Takes the signals over; the cancellation is said when SIGTERM or SIGINT comes.
    static func cancellation() -> Cancellation {
        let signals = Signals()
        let cancellation = Cancellation()
        Thread.detachNewThread {
            while signals.wait() == .reload {}
            cancellation.cancel()
        }
        return cancellation
    }
}
