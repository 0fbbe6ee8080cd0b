import AccessLog
import ArgumentParser
import Configuration
import Deploy
import Foundation
import Git
import Processes
import Synchronization
import Text

/// `bellpull why`: tells why a push is live, or why not.
struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells why a push is live or not, and what to do.",
        discussion: """
            Looks at nginx's log, the ledger, the site and its remote, and at the site as a visitor. Prints the reason and \
            the remedy. Says probably: where the reason is only the most likely one. Exits with 0 if everything is live, \
            and with 1 otherwise. Run it as root: other users may not be able to read nginx's log.
            """)

    @Argument(
        help: "A site, a commit, or the forge's id of a delivery; all sites without it.", completion: .siteNames)
    var subject: String?

    @Flag(help: "Ask neither the remote nor the site's address.")
    var offline = false

    @Option(help: ArgumentHelp("The access log of the hook (default: as nginx's files tell)", valueName: "path"))
    var log: String?

    @OptionGroup var webServer: WebServerOptions

    @OptionGroup var options: CommonOptions

    func validate() throws {
        guard let subject, subject.allSatisfy(\.isWhitespace) else { return }
        throw ValidationError("the argument is empty: name a site, a commit or a delivery, or leave the argument out")
    }

    func run() throws {
        let verdicts = try verdicts()
        if options.json {
            try Printer.print(json: verdicts)
        } else {
            Printer.print(verdicts.flatMap { $0.lines(on: .current) })
        }
        if !verdicts.allSatisfy(\.isLive) { throw ExitCode.failure }
    }

    private func verdicts() throws(CommandError) -> [Verdict] {
        let environment = ProcessInfo.processInfo.environment
        let unit = SystemdUnit(ServiceUnit.current.service, environment: environment)
        let systemd = SystemdCheck(unit, nil)
        var source = ConfigurationSource(mainFile: options.configuration.config, environment: environment)
        let state = StateDirectory(environment: environment)
        // The secrets tell which sites have hooks of their own. Only some users may read them.
        (source.readsSecrets, source.readsVariables) = (state.otherOwner == nil, false)
        if environment["CREDENTIALS_DIRECTORY"] == nil { source.unseenCredentials = systemd.credentials }
        let check = ConfigurationCheck(source)
        let configuration = check.configuration
        let web = NginxCheck(webServer.nginxPath, socket: webServer.socketPath, settings: configuration)
        let logs = WebServerLogs(web, path: log)
        try state.becomeOwner(otherwise: systemd.user)

        let inUse = Set(
            (LoadedCheck.loaded(in: state)?.sites ?? []).filter { $0.state != .unusable }.compactMap(\.name))
        let rejected = MistakenSite.all(in: configuration, inUse)
        let ledger = state.ledger(leavesNoTrace: true)
        if let site = rejected.first(where: { $0.name == subject }) { return [try site.verdict(in: ledger)] }
        guard !configuration.sites.isEmpty || !rejected.isEmpty else {
            throw CommandError(
                .configuration, "no site is configured", hint: "\(ServiceUnit.current.command) add REPOSITORY")
        }
        let named = configuration.sites.filter { $0.name == subject }
        if named.isEmpty, let subject { try checkSubject(subject, configuration) }
        let commit = named.isEmpty ? subject.flatMap(CommitName.init) : nil
        let asked = named.isEmpty ? configuration.sites : named
        func read(about delivery: String?) -> (sites: [String: HookRequests], line: AccessLogLine?) {
            logs.requests(
                of: asked, among: configuration.sites.map(\.name) + rejected.map(\.name), mount: web.mount,
                besides: configuration.sites.count { $0.secretSource == nil } > 1, delivery: delivery)
        }
        let delivery = named.isEmpty && commit == nil ? subject : nil
        let (requests, line) = read(about: delivery)
        let differences = offline && subject == nil ? [] : check.differences(check.readAsService(), [], state, unit)
        let reader = SiteFactsReader(
            configuration: configuration, ledger: ledger, state: state,
            problems: Dictionary(
                differences.filter { $0.severity == .error }.map { ($0.subject, $0) }
            ) { first, _ in first },
            hasService: ControlClient(state: state).hasService, nginxTakesLess: web.limitsBody, requests: requests,
            asksOutside: !offline,
            cancellation: Signals.shared.cancellation)
        let question = WhyQuestion(reader, web, rejected: rejected)
        if let commit {
            let known = try question.knownVerdicts(on: commit)
            if !known.isEmpty { return known }
            // An id of a forge may look like a commit.
            guard let subject, let line = read(about: subject).line else {
                return try question.unknownVerdicts(on: commit)
            }
            return try question.verdicts(on: subject, line, requests.first?.value)
        }
        if let delivery { return try question.verdicts(on: delivery, line, requests.first?.value) }
        return try (subject == nil ? question.verdictsOnRejected() : []) + question.verdicts(on: asked)
    }

    /// Checks that `subject` can be the id of a delivery, if it is the name of no site.
    private func checkSubject(_ subject: String, _ configuration: Configuration) throws(CommandError) {
        guard !Self.isID(subject) else { return }
        let shown = String(subject.prefix(60)) + (subject.count > 60 ? "…" : "")
        let path = URL(fileURLWithPath: subject).standardized.path
        let site = subject.contains("/") ? configuration.sites.first { $0.path == path } : nil
        let hint =
            site.map { "the site there is \($0.name): \(ServiceUnit.current.command) why \($0.name)" }
            ?? shown.nearest(of: configuration.sites.map(\.name)).map { "did you mean \($0)?" }
            ?? "\(ServiceUnit.current.command) status shows the names of the sites"
        throw CommandError(
            .usage, "\(shown.escapedForDisplay) is neither a site, nor a commit, nor the id of a delivery",
            hint: hint)
    }

    /// Whether `text` can be the forge's id of a delivery: 1 to 128 letters, digits and `-._:`.
    private static func isID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789-._:".unicodeScalars.contains($0))
            }
    }
}

/// The beginning of the name of a commit, as a person types it.
struct CommitName {
    /// 4 to 64 hexadecimal digits in lower case.
    let text: String

    /// Creates a name; `nil` for a text that is none.
    init?(_ text: String) {
        guard (4...64).contains(text.utf8.count), text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        self.text = text.lowercased()
    }

    /// Whether `commit` has the name.
    func names(_ commit: Commit?) -> Bool { commit?.description.hasPrefix(text) == true }
}
