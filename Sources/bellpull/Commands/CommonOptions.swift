import ArgumentParser
import Configuration
import Deploy
import Foundation

/// The options that every command but `serve` has, and what they all begin with.
struct CommonOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Flag(help: "Print JSON.")
    var json = false

    /// The ledger, read and written as the user to whom it belongs; this process becomes that user if it is root's.
    func ledger() throws(CommandError) -> any Ledger {
        let state = StateDirectory(environment: ProcessInfo.processInfo.environment)
        try state.becomeOwner()
        return state.ledger()
    }
}

/// Runs `body`, and says it in this program's way if the ledger cannot be read.
func reading<Result>(_ body: () throws(LedgerError) -> Result) throws(CommandError) -> Result {
    do {
        return try body()
    } catch {
        throw CommandError(error)
    }
}
