import Configuration
import Deploy
import Fence
import Foundation
import Logging
import Processes

extension Notifier {
    /// Creates the notifier of a service.
    convenience init(
        _ ledger: any NoticeLedger, _ source: ConfigurationSource, _ state: StateDirectory, _ logger: Logger
    ) {
        let settings = (source.mainFilePath as NSString).deletingLastPathComponent
        let path = source.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let surroundings = NoticeProgram.Surroundings(
            runner: FenceRunner(socket: nil), folder: "\(state.path)/notify", hidden: [settings, state.path], path: path
        )
        self.init(
            ledger,
            NoticeDispatch(
                environment: source.environment, surroundings: surroundings, log: NoticeLog(logger),
                cancellation: Cancellation()))
    }

    /// Follows the sites of `configuration`.
    ///
    /// - Parameter sites: the sites of this configuration, in the same order.
    func follow(_ sites: [Site], of configuration: Configuration) {
        follow(
            zip(sites, configuration.sites).compactMap { NoticeTarget($0, $1) },
            keeping: Set(configuration.rejectedSites.compactMap(\.name)))
    }
}
