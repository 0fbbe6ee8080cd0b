import Configuration
import Foundation
import Git
import Text

/// What the file of a new site says.
extension SiteAddition {
    /// Returns the file of the site.
    ///
    /// - Parameter follows: what the site follows; `nil` if only the remote will tell.
    func draft(following follows: RefPattern?, remote: String?) throws(CommandError) -> SiteDraft {
        let follows = follows ?? request.follows
        var lines = SettingLines(["Written by bellpull add. After a change: systemctl reload bellpull"])
        lines.add("repository", request.repository.description)
        lines.add(follows?.kind == .tag ? "tag" : "branch", follows?.description ?? "main")
        lines.add("path", request.path)
        lines.add("strategy", request.strategy?.rawValue)
        if request.strategy == .release { lines.add("remote", remote) }
        lines.add("url", request.url)
        lines.add("secret_file", secretFile)
        do {
            return try SiteDraft(name: request.name, text: lines.text, path: administration.file(of: request.name))
        } catch {
            // The person has written options, and no file.
            throw CommandError(.usage, error.issues.map { Explanation($0.message, hint: $0.hint) })
        }
    }

    /// Refuses a folder that the sandbox of the service keeps read-only.
    func refuseSandbox(_ draft: SiteDraft) throws(CommandError) {
        let systemd = Systemd(environment: administration.source.environment, cancellation)
        let state = systemd?.states(of: ["bellpull.service"])?.first { $0.exists }
        let sandbox = SandboxCheck(
            files: administration.unit, state: state, mounts: state?.process.flatMap { MountTable(of: $0) })
        guard let problem = sandbox.results(of: [draft.settings]).first(where: { $0.severity == .error }) else {
            return
        }
        // A folder that is missing when the service starts stays read-only when it comes.
        let folder = access(request.path, F_OK) == 0 ? "" : "\(ShellCommand.makeFolder(request.path)) && "
        throw CommandError(.failure, problem.message, hint: problem.hint.map { folder + $0 })
    }

    /// Returns what the site follows: what was asked for, or the branch of the adopted clone, or the default branch.
    func follows(_ source: SiteSource) throws(CommandError) -> RefPattern {
        let (listing, repository) = (source.listing, request.address.description)
        guard !listing.isEmpty else {
            throw CommandError(
                .failure, "\(repository) is empty: nothing was pushed yet",
                hint: "push a branch, then run the command again")
        }
        if let asked = request.follows {
            guard !listing.has(asked) else { return asked }
            throw missing(asked, listing)
        }
        if case .adopted(_, _, let branch?) = source, let pattern = RefPattern(branch: branch) { return pattern }
        if let name = listing.defaultBranch ?? (listing.branches.count == 1 ? listing.branches[0] : nil),
            let pattern = RefPattern(branch: name)
        {
            return pattern
        }
        throw CommandError(
            .failure, "\(repository) has no default branch", hint: "--branch \(Self.list(listing.branches))")
    }

    private func missing(_ asked: RefPattern, _ listing: RemoteListing) -> CommandError {
        let names = asked.kind == .branch ? listing.branches : listing.tags
        let option = asked.kind == .branch ? "--branch" : "--tag"
        let near = asked.description.nearest(of: names) ?? (asked.kind == .branch ? listing.defaultBranch : nil)
        let kind = asked.kind == .branch ? "branch" : "tag"
        return CommandError(
            .failure, "\(request.address.description) has no \(kind) \(asked.description.escapedForDisplay)",
            hint: near.map { "\(option) \($0.quotedForShell)".remedyEscapedForDisplay }
                ?? (names.isEmpty ? "push a \(kind) first" : "\(option) \(Self.list(names))"))
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(5).map(\.escapedForDisplay).joined(separator: ", or ") + (names.count > 5 ? ", …" : "")
    }
}
