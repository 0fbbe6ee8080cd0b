import ArgumentParser
import Configuration
import Foundation
import Text

/// `bellpull reload`: has the running service load its configuration, and prints the result.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the running service load its configuration again, and prints the result.",
        discussion: """
            Loses no delivery and interrupts no deployment. Exits with 0 if the files have no mistakes, and with 1 \
            otherwise: the service then keeps the earlier settings of whatever has a mistake, a site or everything. Run \
            it as root or as the user of the service.
            """)

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @OptionGroup var instance: InstanceOptions

    /// Longer than the opening of some clones that hang, shorter than systemd's limit of 90 s.
    private static let timeout = Duration.seconds(80)

    func run() throws {
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        let loaded = try ControlClient(state: state).reload(within: Self.timeout)
        let report = ReloadReport(loaded)
        if json {
            try Printer.print(json: loaded)
            if !loaded.mistakes.isEmpty { throw ExitCode.failure }
            return
        }
        // systemctl reload runs this command, and the service has logged its mistakes in the journal already.
        let isLogged = Log.style == .journal
        if !isLogged { LogWriter.standardError.write(report.warnings) }
        if let error = report.error(withMistakes: !isLogged) { throw error }
        Printer.print([report.summary])
    }
}
