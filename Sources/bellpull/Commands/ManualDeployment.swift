import Deploy
import Foundation
import Processes

/// A deployment that a person asks for and waits for at the terminal.
struct ManualDeployment {
    /// The name of the site.
    let site: String
    /// Whether JSON was requested: the standard output then holds only the JSON.
    let json: Bool

    /// Runs `body`, shows the output of git, and says what a person who waits for long is waiting for.
    func run<Result>(_ body: (Cancellation, Transcript, @escaping () -> Void) throws -> Result) throws -> Result {
        let cancellation = Signals.shared.cancellation
        let transcript = Transcript(showsProgress: isatty(STDERR_FILENO) == 1) {
            try? FileHandle.standardError.write(contentsOf: $0)
        }
        // The site's lock is usually free. Somebody who waits wants to know what for.
        let notice = TimerQueue()
        defer { notice.stop() }
        notice.after(.seconds(1)) { [site] in
            Self.tell("waiting for the running deployment of \(site); Ctrl-C cancels the request")
        }
        // People who may not open the ledger are told by the running service.
        let service = ControlClient(state: StateDirectory(environment: ProcessInfo.processInfo.environment))
        defer { service.tellChange() }
        do {
            return try body(cancellation, transcript) {
                notice.stop()
                service.tellChange()
            }
        } catch let error as LedgerError {
            throw CommandError(error)
        } catch let failure as Failure {
            throw CommandError(failure, .failure)
        }
    }

    /// Prints the end of a deployment.
    ///
    /// - Throws: `CommandError` unless the site is where the person wants it.
    func report(_ record: DeploymentRecord) throws {
        if json { try Printer.print(json: DeploymentView(record)) }
        switch record.result {
        case .deployed(let commit)?: say("deployed \(commit.short) in \((record.duration ?? .zero).spoken)")
        case .unchanged(let commit)?: say("\(site) is already at \(commit.short)")
        case .skipped(let reason)?, .pinned(let reason)?: say("\(site) was not deployed: \(reason)")
        case .waiting?:
            throw CommandError(.failure, record.reason ?? "the remote lags", hint: "bellpull log \(record.id)")
        case .failed(let failure)?: throw CommandError(failure, .failure)
        default:
            throw CommandError(.failure, "the deployment of \(site) was interrupted", hint: "bellpull deploy \(site)")
        }
        if let note = record.note, record.result?.remark == nil, record.order == .follow { say("note: \(note)") }
    }

    /// Prints `text`, unless JSON was requested.
    func say(_ text: String) {
        guard !json else { return }
        Printer.print([text])
    }

    private static func tell(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
    }
}
