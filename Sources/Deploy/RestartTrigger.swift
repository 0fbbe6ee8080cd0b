internal import Foundation
internal import Git
internal import Processes

/// Asks systemd to restart the application of a site, without any privilege of Bellpull.
///
/// A deployment that changes the site creates the file `restart/SITE`. A path unit watches for the file (systemd.path(5),
/// `PathExists=`), and its service removes the file before the restart. So no change of the site goes unnoticed: a file that
/// is created during a restart leads to another restart.
///
/// The file `live/SITE` has the commit of the last request. It tells a later process whether the site changed without one.
public struct RestartTrigger: Sendable, Equatable {
    private let live: String
    private let request: String
    private let end: String

    /// Creates the trigger of `site` in the state folder `folder`.
    public init(in folder: String, of site: String) {
        live = "\(folder)/live/\(site)"
        request = "\(folder)/restart/\(site)"
        end = "\(folder)/restarted/\(site)"
    }

    /// Requests a restart of an application that now has `commit`, and waits within `limits` until the restart has ended.
    /// The service that restarts the application writes the file `restarted/SITE` at the end.
    ///
    /// - Returns: the reason if the request failed.
    func restart(at commit: Commit, _ limits: Limits) -> String? {
        // If nobody took the last request, the site has no application to restart.
        let isUnheard = access(request, F_OK) == 0
        unlink(end)
        if let failure = pull(commit) { return failure }
        guard !isUnheard else { return nil }
        let taken = ContinuousClock.now + Self.hearingTime
        guard wait(until: min(taken, limits.deadline), limits, { access(request, F_OK) != 0 }) else { return nil }
        _ = wait(until: limits.deadline, limits) { access(end, F_OK) == 0 }
        return nil
    }

    /// How long systemd may take to notice a request.
    private static let hearingTime = Duration.seconds(1)

    private func wait(
        until deadline: ContinuousClock.Instant, _ limits: Limits, _ isOver: () -> Bool
    ) -> Bool {
        while !isOver() {
            guard deadline > .now, !limits.cancellation.wait(for: .milliseconds(5)) else { return false }
        }
        return true
    }

    /// Requests a restart if the site has changed.
    ///
    /// - Parameter commit: the commit seen by visitors now.
    /// - Returns: the reason if the request failed.
    func note(_ result: DeploymentResult, live commit: Commit?) -> String? {
        if case .deployed(let commit) = result { return pull(commit) }
        // A process may have been killed right after it changed the site. Or the remote lags, but showed a newer commit.
        let text = FileManager.default.contents(atPath: live).map { String(decoding: $0, as: UTF8.self) }
        guard let commit, let text, text != "\(commit)\n" else { return nil }
        return pull(commit)
    }

    /// A request that is there already will do: its restart is still to come.
    private func pull(_ commit: Commit) -> String? {
        (access(request, F_OK) == 0 ? nil : write("", to: request)) ?? write("\(commit)\n", to: live)
    }

    private func write(_ text: String, to path: String) -> String? {
        var descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor < 0, errno == ENOENT {
            mkdir((path as NSString).deletingLastPathComponent, 0o755)
            descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        }
        guard descriptor >= 0 else { return failure(path) }
        defer { close(descriptor) }
        guard pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else { return failure(path) }
        ftruncate(descriptor, off_t(text.utf8.count))
        return nil
    }

    private func failure(_ path: String) -> String {
        "the application was not restarted, because \(path) cannot be written: \(String(cString: strerror(errno)))"
    }
}
