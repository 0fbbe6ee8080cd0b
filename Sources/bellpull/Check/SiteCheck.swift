import Processes
import Configuration
import Deploy
import Foundation
import Git
import Synchronization
import Text

/// Checks whether the next push to a site can be deployed.
struct SiteCheck: Sendable {
    private let settings: SiteSettings

    /// The time limit for git and the remote.
    private static let time = Duration.seconds(20)
    /// The number of sites to check in parallel.
    private static let parallel = 8

    init(_ settings: SiteSettings) {
        self.settings = settings
    }

    /// Checks `sites` in parallel and returns the results in the order of `sites`. Runs on plain threads, as child
    /// processes inherit the signal mask of the thread.
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
        // A failure without a hint quotes one line of git. The whole output may explain more.
        let hint = failure.hint ?? "git -C \(settings.path.quotedForShell) fetch, run as \(NSUserName()), shows more"
        return .error(settings.name, failure.message, hint: hint)
    }

    /// An error if this user cannot write to the site's folder.
    private var folder: CheckResult? {
        guard access(settings.path, W_OK | X_OK) != 0 else { return nil }
        let path = settings.path
        let hint =
            errno == EROFS
            ? "mount -o remount,rw $(findmnt -no TARGET -T \(path.quotedForShell))"
            : "chown -R \(NSUserName()) \(path.quotedForShell)"
        return .error(settings.name, "\(path) is not writable by \(NSUserName())", hint: hint)
    }

    /// Returns the problems of a site that do not block deployments.
    private func remarks(on inspection: SiteInspection) -> [CheckResult] {
        [otherRepository(inspection), missed(inspection), halfDone(inspection), incomplete(inspection)].compactMap(
            \.self)
    }

    private func otherRepository(_ inspection: SiteInspection) -> CheckResult? {
        guard let configured = settings.repository, let actual = inspection.repository, !actual.canBe(configured)
        else { return nil }
        return .warning(
            settings.name, "the remote is \(actual), but the configuration expects pushes to \(configured)",
            hint:
                "set repository = \"\(actual)\" in \(settings.place), or git -C \(settings.path.quotedForShell) remote set-url"
        )
    }

    private func missed(_ inspection: SiteInspection) -> CheckResult? {
        guard let missed = inspection.missed else { return nil }
        let position = inspection.commit.map { "is at \($0.short)" } ?? "has no commit"
        let catchUp = settings.catchUp == nil ? "" : ", or wait for catch-up while bellpull serve runs"
        return .warning(
            settings.name,
            "a push was missed: the site \(position), but \(missed.ref) of the remote is at \(missed.commit.short)",
            hint: "bellpull deploy \(settings.name)\(catchUp)")
    }

    private func halfDone(_ inspection: SiteInspection) -> CheckResult? {
        guard inspection.isAfterInterruption else { return nil }
        return .warning(
            settings.name, "a deployment was interrupted and left the site incomplete",
            hint: "bellpull deploy \(settings.name), or wait for the next push")
    }

    private func incomplete(_ inspection: SiteInspection) -> CheckResult? {
        guard let missing = inspection.incompleteness else { return nil }
        let commands = [
            missing.hasSubmodules ? "git -C \(settings.path.quotedForShell) submodule update --init --recursive" : nil,
            missing.pointers > 0 ? "git -C \(settings.path.quotedForShell) lfs pull" : nil,
        ]
        return .warning(
            settings.name, "the site \(missing)",
            hint: commands.compactMap(\.self).joined(separator: "; ") + ", after each deployment")
    }

    private func summary(of inspection: SiteInspection) -> String {
        let repository = (settings.repository ?? inspection.repository).map { " of \($0)" } ?? ""
        let commit = inspection.commit.map { ", at \($0.short)" } ?? ""
        let state = inspection.isBeingDeployed ? "being deployed now" : "up to date"
        return "\(inspection.follows)\(repository)\(commit), \(state)"
    }
}
