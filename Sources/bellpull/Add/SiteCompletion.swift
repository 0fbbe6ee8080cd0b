import Configuration
import Foundation
import Processes
import Text

/// What follows once the file of a new site is there: the service learns of it, the first release is laid out, and the site is
/// checked. A failure no longer takes the site back.
struct SiteCompletion {
    let administration: Administration
    let cancellation: Cancellation
    let isQuiet: Bool

    /// Returns the problems.
    ///
    /// - Parameter config: the main file, if the command line names one.
    func run(_ settings: SiteSettings, isFirstSite: Bool, _ config: String?) -> [Explanation] {
        var problems: [Explanation] = []
        do throws(CommandError) {
            let update = ServiceUpdate(administration: administration, cancellation: cancellation)
            switch try update.add(settings.name, isFirstSite: isFirstSite) {
            case .reloaded: tell("the service has loaded the site")
            case .started: tell("the service was started")
            case .absent, .stopped: tell("no service runs; to start it: systemctl enable --now \(ServiceUnit.current)")
            }
        } catch {
            problems += Self.later(error.explanations, settings, "but the service has not taken it over")
        }
        // A clone is at its commit already.
        if settings.strategy == .release, !cancellation.isCancelled {
            problems += Self.later(deploy(settings, config), settings, "but its first deployment failed")
        }
        guard problems.isEmpty, !cancellation.isCancelled else { return problems + interruption(settings) }
        for result in check(settings) where result.severity != .ok {
            tell("\(result.severity.rawValue): \(result.message)\(result.hint.map { "\n  hint: \($0)" } ?? "")")
        }
        return interruption(settings)
    }

    /// The problem after Ctrl-C, which comes too late to take the site back.
    private func interruption(_ site: SiteSettings) -> [Explanation] {
        guard cancellation.isCancelled else { return [] }
        return [
            Explanation(
                "interrupted; \(site.name) is added, but not checked",
                hint: "\(ServiceUnit.current.command) check \(site.name)")
        ]
    }

    private func tell(_ line: String) {
        LogWriter.standardError.write("bellpull: \(line)\n")
    }

    private static func later(_ problems: [Explanation], _ site: SiteSettings, _ fact: String) -> [Explanation] {
        problems.isEmpty ? [] : [Explanation("\(site.name) is added, \(fact)")] + problems
    }

    /// Runs `bellpull deploy`, which becomes the user who deploys for good.
    private func deploy(_ site: SiteSettings, _ config: String?) -> [Explanation] {
        let options = config.map { ["--config", $0] } ?? []
        let command = Command(
            executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
            arguments: ["deploy", site.name] + options, directory: "/", environment: administration.source.environment)
        let completion = try? command.run(until: .now + site.timeout + .seconds(60), cancellation: cancellation)
        guard completion?.isSuccess != true else { return [] }
        let lines = (completion?.errors ?? "").split(separator: "\n")
        func last(_ prefix: String) -> String? {
            lines.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
        return [
            Explanation(
                last("bellpull: error: ") ?? "\(ServiceUnit.current.command) deploy \(site.name) was ended",
                hint: last("bellpull: hint: ") ?? "\(ServiceUnit.current.command) deploy \(site.name)")
        ]
    }

    /// Checks the site as `bellpull check` does.
    private func check(_ site: SiteSettings) -> [CheckResult] {
        (try? administration.deploying { SiteCheck.results(of: [site], nil, cancellation) }) ?? []
    }
}
