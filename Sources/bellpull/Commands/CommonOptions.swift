import ArgumentParser
import Configuration
import Deploy
import Foundation

/// The options of all commands except `serve`.
struct CommonOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    /// Opens the ledger. A process of root first switches to the owner of the ledger.
    func ledger() throws(CommandError) -> any Ledger {
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        try state.becomeOwner()
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
