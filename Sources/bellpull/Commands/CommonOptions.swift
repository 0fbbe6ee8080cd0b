import ArgumentParser
import Configuration
import Deploy
import Foundation

/// The options of all commands except `serve`.
struct CommonOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    /// Returns the settings of `site`.
    func settings(of site: String) throws(CommandError) -> SiteSettings {
        try configuration.loadWithoutSecrets().site(named: site)
    }

    /// Opens the ledger. A process of root first switches to the owner of the ledger.
    ///
    /// - Parameter creating: whether to create the folder of the ledger if it does not exist.
    func ledger(creating: Bool = false) throws(CommandError) -> any Ledger {
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        try state.becomeOwner()
        if creating { state.create() }
        return state.ledger()
    }
}

/// Runs `body` and converts an error of the ledger into a `CommandError`.
func reading<Result>(_ body: () throws(LedgerError) -> Result) throws(CommandError) -> Result {
    do {
        return try body()
    } catch {
        throw CommandError(error)
    }
}
