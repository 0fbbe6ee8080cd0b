import Processes
import Configuration
import Deploy
import Foundation
import Git
import Synchronization

/// Whether the next push to a site will be deployed.
struct SiteCheck: Sendable {
    private let settings: SiteSettings

    /// How long git and the remote may take.
    private static let time = Duration.seconds(20)
    /// How many sites are examined at once.
    private static let parallel = 8

    init(_ settings: SiteSettings) {
        self.settings = settings
    }

    /// What is found of `sites`, in their order; on threads of its own, as git is to be run on plain ones.
    static func results(of sites: [SiteSettings], _ cancellation: Cancellation) -> [CheckResult] {
        let next = Atomic<Int>(0)
        let found = Mutex([[CheckResult]](repeating: [], count: sites.count))
        let group = DispatchGroup()
        for _ in 0..<min(parallel, sites.count) {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < sites.count else { return }
                    let results = SiteCheck(sites[index]).results(cancellation)
                    found.withLock { $0[index] = results }
                }
            }
        }
        group.wait()
        return found.withLock { $0.flatMap(\.self) }
    }

    private func results(_ cancellation: Cancellation) -> [CheckResult] {
        do throws(Failure) {
            let inspection = try Site(settings).inspect(.within(Self.time, cancellation: cancellation))
            let results =
                [folder, FreeSpace(at: settings.path)?.result(settings.name)].compactMap(\.self)
                + inspection.obstacles.map(error) + remarks(on: inspection)
            return results.isEmpty ? [.ok(settings.name, summary(of: inspection))] : results
        } catch {
            return [self.error(error)]
        }
    }

    private func error(_ failure: Failure) -> CheckResult {
        // Git's own words, where nothing better is known, are fewer than it has to say.
        let hint = failure.hint ?? "git -C \(settings.path) fetch, as the user bellpull runs as, shows more"
        return .error(settings.name, failure.message, hint: hint)
    }

    /// What is wrong with the folder itself.
    private var folder: CheckResult? {
        guard access(settings.path, W_OK | X_OK) != 0 else { return nil }
        let path = settings.path
        let hint =
            errno == EROFS ? "remount it, or ReadWritePaths=\(path) in the service" : "chown -R \(NSUserName()) \(path)"
        return .error(settings.name, "\(path) cannot be written to by \(NSUserName())", hint: hint)
    }

    /// What will not fail, and should be otherwise.
    private func remarks(on inspection: SiteInspection) -> [CheckResult] {
        [otherRepository(inspection), missed(inspection), halfDone(inspection)].compactMap(\.self)
    }

    private func otherRepository(_ inspection: SiteInspection) -> CheckResult? {
        guard let configured = settings.repository, let actual = inspection.repository, configured != actual,
            // A URL does not tell which of its components are GitLab's subgroups.
            !configured.description.lowercased().hasSuffix("/\(actual)".lowercased())
        else { return nil }
        return .warning(
            settings.name, "its remote is \(actual), and it waits for pushes to \(configured)",
            hint: "repository = \"\(actual)\" in \(settings.place), or git -C \(settings.path) remote set-url")
    }

    private func missed(_ inspection: SiteInspection) -> CheckResult? {
        guard let missed = inspection.missed else { return nil }
        let position = inspection.commit.map { "at \($0.short)" } ?? "before its first commit"
        let catchUp = settings.catchUp == nil ? "" : "; or catch-up does, while bellpull serve runs"
        return .warning(
            settings.name,
            "a push was missed: \(position), and \(missed.ref) of the remote is at \(missed.commit.short)",
            hint: "bellpull deploy \(settings.name) brings it\(catchUp)")
    }

    private func halfDone(_ inspection: SiteInspection) -> CheckResult? {
        guard inspection.isAfterInterruption else { return nil }
        return .warning(
            settings.name, "a deployment was cut short, and what it left is half done",
            hint: "bellpull deploy \(settings.name) clears up, as the next push does")
    }

    private func summary(of inspection: SiteInspection) -> String {
        let repository = (settings.repository ?? inspection.repository).map { " of \($0)" } ?? ""
        let commit = inspection.commit.map { ", at \($0.short)" } ?? ""
        let state = inspection.isBeingDeployed ? "being deployed now" : "as the remote"
        return "\(inspection.follows)\(repository)\(commit), \(state)"
    }
}
