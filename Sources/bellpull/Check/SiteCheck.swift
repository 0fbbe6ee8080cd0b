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
    /// The newest finished deployment, if it failed.
    private let failure: DeploymentRecord?

    /// The time limit for git and the remote.
    private static let time = Duration.seconds(20)
    /// The number of sites to check in parallel.
    private static let parallel = 8

    init(_ settings: SiteSettings, failure: DeploymentRecord? = nil) {
        self.settings = settings
        self.failure = failure
    }

    /// Returns an error if the folder of `site` cannot be deployed to, as far as files tell.
    static func precheck(_ site: SiteSettings) -> CheckResult? {
        Site(site).precheck().map { SiteCheck(site).error($0) } ?? SiteCheck(site).folder
    }

    /// Checks `sites` in parallel and returns the results in the order of `sites`. Runs on plain threads, as child
    /// processes inherit the signal mask of the thread.
    static func results(
        of sites: [SiteSettings], _ ledger: (any Ledger)?, _ cancellation: Cancellation
    ) -> [CheckResult] {
        let failures = failures(in: ledger)
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
                    let results = SiteCheck(sites[index], failure: failures[sites[index].name])
                        .results(cancellation)
                    found.withLock { $0[index] = results }
                }
            }
        }
        group.wait()
        return found.withLock { $0.flatMap(\.self) }
    }

    /// Returns the newest finished deployment of each site, if it failed.
    private static func failures(in ledger: (any Ledger)?) -> [String: DeploymentRecord] {
        let records = (try? ledger?.latestDeployments()) ?? []
        return Dictionary(records.filter(\.state.isFinished).map { ($0.site.name, $0) }) { _, last in last }
            .filter { $0.value.state == .failed }
    }

    private func results(_ cancellation: Cancellation) -> [CheckResult] {
        do throws(Failure) {
            let inspection = try Site(settings).inspect(.within(Self.time, cancellation: cancellation))
            let obstacles =
                [folder, FreeSpace(at: settings.path)?.result(settings.name), otherRepository(inspection)]
                .compactMap(\.self) + inspection.obstacles.map(error)
            let results = obstacles + remarks(on: inspection, isBlocked: obstacles.contains { $0.severity == .error })
            return results.isEmpty ? [.ok(settings.name, summary(of: inspection))] : results
        } catch {
            return [self.error(error)]
        }
    }

    private func error(_ failure: Failure) -> CheckResult {
        // A failure without a hint quotes one line of git. The whole output may explain more.
        let more = Remedy(.git(in: repository, "ls-remote"), note: "shows more")
        let hint = failure.hint ?? more.description
        return .error(settings.name, failure.message, hint: hint)
    }

    /// The folder that git runs in.
    private var repository: String {
        settings.strategy == .release ? "\(settings.path)/repository.git" : settings.path
    }

    /// An error if this user cannot write to the site's folder.
    private var folder: CheckResult? {
        guard access(settings.path, W_OK | X_OK) != 0 else { return nil }
        let path = settings.path
        let remedy: ShellCommand = errno == EROFS ? .remount(path) : .giveToService(path)
        return .error(settings.name, "\(path) is not writable by \(NSUserName())", hint: remedy.description)
    }

    /// Returns the problems of a site that do not block deployments.
    ///
    /// - Parameter isBlocked: whether another problem blocks deployments, so that a deployment is no remedy.
    private func remarks(on inspection: SiteInspection, isBlocked: Bool) -> [CheckResult] {
        let unfinished = [missed(inspection, isBlocked), halfDone(inspection, isBlocked)].compactMap(\.self)
        let failed = isBlocked || inspection.isBeingDeployed ? nil : lastFailure ?? takenBack(inspection)
        return unfinished
            + [pinned(inspection), failed, deepName(inspection), incomplete(inspection), oldProtocol(inspection)]
            .compactMap(\.self)
    }

    private func pinned(_ inspection: SiteInspection) -> CheckResult? {
        inspection.pin.map { pin in
            .warning(
                settings.name, "pushes do not go live: the site is \(pin)",
                hint: "\(ServiceUnit.current.command) unpin \(settings.name)")
        }
    }

    private func otherRepository(_ inspection: SiteInspection) -> CheckResult? {
        guard let configured = settings.repository, let actual = inspection.repository, !actual.canBe(configured)
        else { return nil }
        return .error(
            settings.name, "the remote is \(actual), but the configuration expects pushes to \(configured)",
            hint: "\(setting("repository", "\(actual)"))  # or, if the clone is the wrong one: "
                + (settings.release?.remote == nil
                    ? "\(ShellCommand.git(in: repository, "remote", "set-url", "origin", "URL"))"
                    : "correct remote there"))
    }

    /// A warning about a repository without a configured name and with a long path in the URL: the path may begin with a
    /// folder of the server, or, for a folder of this machine, lack the groups.
    private func deepName(_ inspection: SiteInspection) -> CheckResult? {
        guard settings.repository == nil, let name = inspection.repository?.description,
            name.utf8.count(where: { $0 == UInt8(ascii: "/") }) > 1
        else { return nil }
        return .warning(
            settings.name, "only pushes to \(name), the whole path in the remote's URL, are deployed",
            hint: "confirm the name, as the forge writes it: \(setting("repository", name))")
    }

    /// Returns the command that sets `key` in the file of the site, or words if the site is a table of the main file.
    private func setting(_ key: String, _ value: String) -> String {
        let line = "\(key) = \"\(value)\""
        // A table of the main file has another place.
        guard settings.place.hasSuffix("/sites/\(settings.name).toml") else {
            return "set \(line) in \(settings.place)"
        }
        let file = settings.place.quotedForShell
        return
            "sed -i -e '/^ *\(key) *=/d' -e \("1i \(line)".quotedForShell) \(file) && systemctl reload \(ServiceUnit.current)"
    }

    private func missed(_ inspection: SiteInspection, _ isBlocked: Bool) -> CheckResult? {
        guard let missed = inspection.missed else { return nil }
        let position = inspection.commit.map { "is at \($0.short)" } ?? "has no commit"
        let catchUp = settings.catchUp == nil ? "" : ", or wait for catch-up while bellpull serve runs"
        return .warning(
            settings.name,
            "a push was missed: the site \(position), but \(missed.ref) of the remote is at \(missed.commit.short)",
            hint: isBlocked || failure != nil
                ? Self.otherFirst : "\(ServiceUnit.current.command) deploy \(settings.name)\(catchUp)")
    }

    private func halfDone(_ inspection: SiteInspection, _ isBlocked: Bool) -> CheckResult? {
        guard inspection.isAfterInterruption else { return nil }
        return .warning(
            settings.name, "a deployment was interrupted and left the site incomplete",
            hint: isBlocked
                ? Self.otherFirst : "\(ServiceUnit.current.command) deploy \(settings.name), or wait for the next push")
    }

    private static let otherFirst =
        "correct the other problem of this site first; the next push or catch-up then deploys"

    private var lastFailure: CheckResult? {
        guard let failure else { return nil }
        let log = "\(ServiceUnit.current.command) log \(failure.id)"
        return .warning(
            settings.name, "the last deployment failed \(failure.time.relative()): \(failure.reason ?? log)",
            hint: failure.failure?.hint
                ?? "\(log)  # shows the output; then \(ServiceUnit.current.command) deploy \(settings.name)")
    }

    /// The failure may be in a ledger that is gone.
    private func takenBack(_ inspection: SiteInspection) -> CheckResult? {
        guard let commit = inspection.takenBack else { return nil }
        return .warning(
            settings.name, "the newest commit, \(commit.short), was taken back because its health check failed",
            hint: "push a repair, or bellpull deploy \(settings.name) to try again")
    }

    private func incomplete(_ inspection: SiteInspection) -> CheckResult? {
        guard let missing = inspection.incompleteness else { return nil }
        let lines = missing.settings.joined(separator: " and ")
        let needsProgram = !missing.pointers.isEmpty && Program("git-lfs", ProcessInfo.processInfo.environment) == nil
        return .warning(
            settings.name, "the site \(missing)",
            hint: (needsProgram ? "apt-get install git-lfs, and " : "") + "write \(lines) in \(settings.place)")
    }

    /// A warning about a remote with many references that lists all of them for each fetch (`RemoteProtocol`).
    private func oldProtocol(_ inspection: SiteInspection) -> CheckResult? {
        guard let spoken = inspection.remoteProtocol, let count = spoken.listedReferences, count >= Self.manyReferences
        else { return nil }
        let remedy =
            switch spoken.transport {
            case _ where spoken.isConfigured: "\(ShellCommand.git(in: repository, "config", "protocol.version", "2"))"
            case .ssh:
                "on the remote's machine, as root: echo 'AcceptEnv GIT_PROTOCOL' > /etc/ssh/sshd_config.d/git-protocol.conf && systemctl reload ssh"
            case .http:
                "the web server of the remote has to pass on the header Git-Protocol: fastcgi_param GIT_PROTOCOL $http_git_protocol; in nginx"
            case .other, .local, nil:
                "the remote needs git 2.18 or later, and has to pass on the variable GIT_PROTOCOL to git-upload-pack"
            }
        return .warning(
            settings.name,
            "the remote speaks version \(spoken.version) of git's protocol: each deployment waits for a list of all \(count) references",
            hint: remedy)
    }

    /// So many references take about 60 kB.
    private static let manyReferences = 1000

    private func summary(of inspection: SiteInspection) -> String {
        let repository = (settings.repository ?? inspection.repository).map { " of \($0)" } ?? ""
        let commit = inspection.commit.map { ", at \($0.short)" } ?? ""
        let state =
            inspection.isBeingDeployed
            ? "being deployed now" : inspection.commit == nil ? "not deployed yet" : "up to date"
        let old =
            inspection.remoteProtocol.map { $0.version < 2 ? ", version \($0.version) of git's protocol" : "" } ?? ""
        return "\(inspection.follows)\(repository)\(commit), \(state)\(old)"
    }
}
