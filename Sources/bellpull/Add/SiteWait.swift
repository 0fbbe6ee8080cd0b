import Endpoints
import Foundation
import Processes
import Text

/// Waits for the forge's first delivery to a new site, and says what is wrong with deliveries that do not count.
struct SiteWait {
    private let site: AddedSite
    private let client: ControlClient
    private let isQuiet: Bool
    private var watch: DeliveryWatch?

    init(_ site: AddedSite, _ watch: DeliveryWatch?, _ client: ControlClient, isQuiet: Bool) {
        (self.site, self.watch, self.client, self.isQuiet) = (site, watch, client, isQuiet)
    }

    /// Waits.
    ///
    /// - Parameter words: `time` as the person wrote it.
    /// - Throws: `CommandError` if no delivery has arrived in `time`, or after Ctrl-C.
    func run(_ time: Duration, _ words: String, _ cancellation: Cancellation) throws(CommandError) {
        let deadline = ContinuousClock.now + time
        var connection = watch
        if connection == nil { connection = try connect() }
        tell(
            "waiting up to \(words) for the first delivery: \(ForgePages(of: site.remote ?? "").firstDelivery); "
                + "Ctrl-C ends the wait, and the site stays")
        var last: DeliveryNotice?
        while deadline > .now, !cancellation.isCancelled {
            guard let notice = connection?.next(until: deadline, cancellation) else {
                // The service may be restarting.
                if cancellation.wait(for: .milliseconds(500)) { break }
                connection = client.hasService ? try? connect() : nil
                continue
            }
            guard concerns(notice) else { continue }
            if isAccepted(notice) { return say(notice) }
            last = notice
            tell("a delivery was \(notice.outcome)\(notice.reason.map { ": \($0)" } ?? "")")
        }
        throw error(words, last, wasCancelled: cancellation.isCancelled)
    }

    private func connect() throws(CommandError) -> DeliveryWatch {
        guard client.hasService else {
            throw CommandError(
                .failure, "no bellpull runs, so no delivery can arrive",
                hint: "systemctl enable --now \(ServiceUnit.current.socket) \(ServiceUnit.current)")
        }
        guard let watch = try DeliveryWatch(client) else {
            throw CommandError(
                .failure, "the running bellpull has another version, and cannot tell of deliveries",
                hint: "systemctl restart \(ServiceUnit.current)")
        }
        return watch
    }

    /// Whether the delivery came to the site's own hook, or to the shared hook of a site without.
    private func concerns(_ notice: DeliveryNotice) -> Bool {
        site.secretFile == nil ? notice.hook == nil : notice.hook == site.site
    }

    /// Whether the delivery shows that address and secret are right.
    private func isAccepted(_ notice: DeliveryNotice) -> Bool {
        !["rejected", "malformed", "refused", "misconfigured"].contains(notice.outcome)
    }

    private func say(_ notice: DeliveryNotice) {
        let reason = notice.reason.map { ": \($0)" } ?? ""
        let line = "the first delivery has arrived: \(notice.event ?? "an event"), \(notice.outcome)\(reason)"
        if isQuiet { tell(line) } else { Printer.print([line]) }
    }

    private func tell(_ line: String) { LogWriter.standardError.write("bellpull: \(line)\n") }

    private func error(_ time: String, _ last: DeliveryNotice?, wasCancelled: Bool) -> CommandError {
        guard !wasCancelled else {
            return CommandError(
                .failure, "interrupted; \(site.site) is added, but no delivery has arrived yet",
                hint: "\(ServiceUnit.current.command) check \(site.site) tries the hook")
        }
        guard let last else {
            return CommandError(
                .failure, "no delivery has arrived within \(time)",
                hint:
                    "the forge's page of the webhook shows what it has sent, and the answer; \(ServiceUnit.current.command) check \(site.site) "
                    + "tries the hook: DNS, firewall, certificate, the web server's configuration")
        }
        let secret = site.secretFile.map { "cat \($0.quotedForShell)" } ?? "the shared secret"
        return CommandError(
            .failure, "no delivery was accepted within \(time); the last was \(last.outcome)",
            hint: last.outcome == "rejected"
                ? "enter the secret into the forge's form again: \(secret)"
                : "\(ServiceUnit.current.command) check \(site.site)")
    }
}
