internal import Foundation
internal import Git

/// A file that systemd watches (systemd.path(5)): whenever a deployment has changed what visitors get, Bellpull writes the
/// commit into the file, and systemd restarts the site's application. So Bellpull needs no privilege for that.
struct RestartTrigger {
    let path: String

    /// Notes the end of a deployment. Returns why the application is not restarted although the site has changed, or `nil`.
    ///
    /// - Parameter live: what visitors get now.
    func note(_ result: DeploymentResult, live: Commit?) -> String? {
        if case .deployed(let commit) = result { return pull(commit) }
        // The process that changed the site may have been killed before it wrote the file, or the remote showed a newer commit
        // and lags behind another.
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        guard let live, let text, text != "\(live)\n" else { return nil }
        return pull(live)
    }

    /// Writes `commit` and creates the folder if necessary. Returns why that failed, or `nil`.
    private func pull(_ commit: Commit) -> String? {
        let folder = (path as NSString).deletingLastPathComponent
        if access(folder, F_OK) != 0 { mkdir(folder, 0o755) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return failure }
        // Closing the file is what systemd notices.
        defer { close(descriptor) }
        let text = "\(commit)\n"
        guard pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else { return failure }
        ftruncate(descriptor, off_t(text.utf8.count))
        return nil
    }

    private var failure: String {
        "the application was not restarted, because \(path) cannot be written: \(String(cString: strerror(errno)))"
    }
}
