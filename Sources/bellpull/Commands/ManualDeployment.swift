import Text
import Configuration
import Deploy
import Foundation
import Processes

/// A deployment that a person asks for and waits for at the terminal.
struct ManualDeployment {
    let site: Site
    let ledger: any Ledger
    /// Whether JSON was requested: the standard output then holds only the JSON.
    private let json: Bool

    /// Reads the settings of the site `name` and opens the ledger.
    init(of name: String, _ options: CommonOptions) throws(CommandError) {
        // The settings come first: root can read more than the owner of the ledger.
        let (configuration, source) = try options.configuration.load(withVariables: true)
        let settings = try configuration.site(named: name)
        let state = StateDirectory(environment: source.environment)
        ledger = try options.ledger(creating: true)
        site = Site(settings, fence: StepFence(of: configuration, source, state))
        json = options.json
    }

    /// Runs `body`, shows the output of git, and says what a person who waits for long is waiting for.
    func run<Result>(_ body: (Cancellation, Transcript, @escaping () -> Void) throws -> Result) throws -> Result {
        let cancellation = Signals.shared.cancellation
        let output = site.output()
        let transcript = Transcript(showsProgress: isatty(STDERR_FILENO) == 1) {
            try? FileHandle.standardError.write(contentsOf: $0.withoutControls)
            output?.append($0)
        }
        defer { output?.finish() }
        // The site's lock is usually free. Somebody who waits wants to know what for.
        let notice = TimerQueue()
        defer { notice.stop() }
        notice.after(.seconds(1)) { [name = site.name] in
            Self.tell("waiting for the running deployment of \(name); Ctrl-C cancels the request")
        }
        // People who may not open the ledger are told by the running service.
        let service = ControlClient(state: StateDirectory(environment: ProcessInfo.processInfo.environment))
        defer { service.tellChange() }
        do {
            return try body(cancellation, transcript) {
                output?.begin()
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
    /// - Parameter known: what the person already knows of the deployment's note.
    /// - Throws: `CommandError` unless the site is where the person wants it.
    func report(_ record: DeploymentRecord, besides known: String? = nil) throws {
        if json { try Printer.print(json: DeploymentView(record)) }
        switch record.result {
        case .deployed(let commit)?: say("deployed \(commit.short) in \((record.duration ?? .zero).spoken)")
        case .unchanged(let commit)?: say("\(site.name) is already at \(commit.short)")
        case .skipped(let reason)?, .pinned(let reason)?: say("\(site.name) was not deployed: \(reason)")
        case .cancelled(let newer)?: say("a newer push, of \(newer), ended the build")
        case .waiting?:
            throw CommandError(
                .failure, record.reason ?? "the remote lags", hint: "\(ServiceUnit.current.command) log \(record.id)")
        case .failed(let failure)?: throw CommandError(failure, .failure)
        default:
            throw CommandError(
                .failure, "the deployment of \(site.name) was interrupted",
                hint: "\(ServiceUnit.current.command) deploy \(site.name)")
        }
        guard var note = record.note, record.result?.remark == nil else { return }
        if let known, note.hasPrefix(known) { note = String(note.dropFirst(known.count).trimmingPrefix("; ")) }
        if !note.isEmpty { say("note: \(note)") }
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

extension Data {
    /// The bytes with `^` and a letter for control characters, other than line ends and tabs: a step's output must not control
    /// the terminal of the person who deploys.
    fileprivate var withoutControls: Data {
        guard contains(where: Self.isControl) else { return self }
        return reduce(into: Data()) { result, byte in
            if Self.isControl(byte) { result += [UInt8(ascii: "^"), byte ^ 0x40] } else { result.append(byte) }
        }
    }

    private static func isControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && ![9, 10, 13].contains(byte)) || byte == 0x7f
    }
}
