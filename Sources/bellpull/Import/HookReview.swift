import Configuration
import Foundation
import Text

/// Reads the new files of imported hooks as the service will, together with the existing sites, before any file is written.
struct HookReview {
    private let source: ConfigurationSource
    /// The sandbox of the service.
    private let sandbox: SandboxCheck

    /// - Parameter source: the present configuration.
    init(_ source: ConfigurationSource, _ sandbox: SandboxCheck) {
        var source = source
        (source.readsSecrets, source.readsVariables, source.mayHaveNoSite) = (false, false, true)
        // Of two sites with one folder, the existing site goes on.
        source.sitesInUse.formUnion(Configuration.loadCollectingIssues(source).configuration.sites.map(\.origin))
        (self.source, self.sandbox) = (source, sandbox)
    }

    /// Returns the hooks. A refused hook has a problem in place of a text.
    func reviewed(_ hooks: [ImportedHook]) -> [ImportedHook] {
        var hooks = hooks
        var drafts: [Int: SiteDraft] = [:]
        var names: Set<String> = []
        for (index, hook) in hooks.enumerated() {
            guard let text = hook.text else { continue }
            guard names.insert(hook.site).inserted else {
                hooks[index].refuse(
                    "another hook becomes the site \(hook.site), too",
                    hint: "rename one of the two hooks in a copy of the file")
                continue
            }
            do {
                drafts[index] = try SiteDraft(name: hook.site, text: text, path: hook.file)
            } catch {
                // The hints of mistakes are about files, and there is no file yet.
                hooks[index].refuse(
                    error.issues.map(\.message).joined(separator: "; "),
                    hint: "\(ServiceUnit.current.command) add OWNER/NAME --name \(hook.site)  "
                        + "# adds the site without the hook")
            }
        }
        compare(drafts, &hooks)
        return hooks
    }

    /// Compares the sites with each other and with the existing sites.
    private func compare(_ drafts: [Int: SiteDraft], _ hooks: inout [ImportedHook]) {
        var drafts = drafts
        let problems = Dictionary(grouping: read(drafts, hooks).issues, by: \.place)
        for (index, draft) in drafts {
            guard let found = problems[draft.settings.place]?.first else { continue }
            hooks[index].refuse(found.message, hint: found.hint)
            drafts[index] = nil
        }
        // A warning must not name a refused site.
        let warnings = Dictionary(grouping: read(drafts, hooks).warnings, by: \.place)
        let refusals = Dictionary(grouping: sandbox.results(of: drafts.values.map(\.settings)), by: \.subject)
        for (index, draft) in drafts {
            hooks[index].left += (warnings[draft.settings.place] ?? []).map { Self.line($0.message, $0.hint) }
            hooks[index].left += (refusals[draft.name] ?? []).filter { $0.severity == .error }
                .map { Self.line($0.message, $0.hint) }
            if access(hooks[index].file, F_OK) == 0 {
                hooks[index].left.append("\(hooks[index].file) is there already, and --write overwrites none")
            }
        }
    }

    /// Reads all sites: existing files and drafts.
    private func read(
        _ drafts: [Int: SiteDraft], _ hooks: [ImportedHook]
    ) -> (issues: [ConfigurationIssue], warnings: [ConfigurationIssue]) {
        var source = source
        source.drafts = drafts.sorted { $0.key < $1.key }.filter { access(hooks[$0.key].file, F_OK) != 0 }.map(\.value)
        let (configuration, issues) = Configuration.loadCollectingIssues(source)
        return (issues, configuration.warnings)
    }

    private static func line(_ message: String, _ hint: String?) -> String {
        message + (hint.map { ": \($0)" } ?? "")
    }
}
