import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text

/// Adds a site: finds a way to read the repository, makes clone and secret, and writes the file of the site last. A site whose
/// file is not there is not added, and nothing of it stays, except for a deploy key that a person was told to enter.
struct SiteAddition {
    let request: SiteRequest
    let administration: Administration
    let cancellation: Cancellation
    let transcript: Transcript

    /// What was added.
    struct Result {
        let draft: SiteDraft
        /// The URL of the remote.
        let remote: String
        let key: DeployKey?
        let secretFile: String
        /// Whether the clone was there before.
        let isAdopted: Bool
    }

    /// The longest time for the clone. A transfer that has stalled ends much earlier.
    private static let time = Duration.seconds(6 * 3600)
    private var limits: Limits { .within(Self.time, cancellation: cancellation) }
    private var place: SitePlace { SitePlace(path: request.path, account: administration.account) }

    /// The file of the secret.
    private var secretFile: String { request.secretFile ?? "\(administration.folder)/\(request.name).secret" }

    /// Adds the site. The caller holds the lock.
    ///
    /// - Throws: `CommandError`, or `RemoteAccess.MissingKey`, after everything was undone.
    func run() throws -> Result {
        try place.refuseOverlap(administration.configuration)
        // The draft's other settings do not depend on the remote: mistakes show before anybody waits.
        try refuseSandbox(try draft(following: nil, remote: request.address.urls[0]))
        let content = try place.content()
        let source =
            try content == .repository
            ? adopt()
            : .remote(
                administration.deploying {
                    try RemoteAccess(to: request.address, administration.state, hostKey: request.hostKey, cancellation)
                })
        try checkpoint()
        let follows = try follows(source)
        let draft = try draft(following: follows, remote: source.remoteSetting)
        let journal = try Journal(of: request.name, administration)
        do {
            try make(draft, follows, source, content, journal)
            try checkpoint()
            try write(draft, journal)
        } catch {
            journal.undo()
            guard !cancellation.isCancelled else { throw CommandError.interrupted }
            throw explained(error)
        }
        journal.close()
        return Result(
            draft: draft, remote: source.url, key: source.key, secretFile: secretFile, isAdopted: content == .repository
        )
    }

    /// Makes the clone of a site whose file is there and whose folder is not, as after `bellpull import`. Returns whether that was
    /// needed. The caller holds the lock.
    func makeMissingClone(of site: SiteSettings) throws -> Bool {
        guard site.strategy != .release else { return false }
        let place = SitePlace(path: site.path, account: administration.account)
        let content = try place.content()
        guard content != .repository else { return false }
        let access = try administration.deploying {
            try RemoteAccess(to: request.address, administration.state, hostKey: request.hostKey, cancellation)
        }
        let follows = try site.follows ?? follows(.remote(access))
        // No site has a plus sign in its name, so the file of the site does not end the journal.
        let journal = try Journal(of: "\(site.name)+clone", administration)
        do {
            try place.make(content, journal)
            try administration.deploying {
                try NewClone.create(
                    at: site.path, from: access.url, following: follows, sshCommand: access.sshCommand, limits,
                    transcript)
                if let failure = Site(site).open(limits) { throw CommandError(failure, .failure) }
            }
        } catch {
            journal.undo()
            guard !cancellation.isCancelled else { throw CommandError.interrupted }
            throw explained(error)
        }
        journal.close()
        return true
    }

    private func checkpoint() throws(CommandError) {
        guard !cancellation.isCancelled else { throw .interrupted }
    }

    // MARK: Before anything is made

    /// Returns the file of the site.
    ///
    /// - Parameter follows: what the site follows; `nil` if only the remote will tell.
    private func draft(following follows: RefPattern?, remote: String?) throws(CommandError) -> SiteDraft {
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
    private func refuseSandbox(_ draft: SiteDraft) throws(CommandError) {
        let systemd = Systemd(environment: administration.source.environment, cancellation)
        let state = systemd?.states(of: ["bellpull.service"])?.first { $0.exists }
        let sandbox = SandboxCheck(
            files: administration.unit, state: state, mounts: state?.process.flatMap { MountTable(of: $0) })
        guard let problem = sandbox.results(of: [draft.settings]).first(where: { $0.severity == .error }) else {
            return
        }
        throw CommandError(.failure, problem.message, hint: problem.hint)
    }

    /// The source of the site's files.
    private enum Source {
        case remote(RemoteAccess)
        /// A repository in the site's folder.
        case adopted(url: String, listing: RemoteListing, branch: String?)

        var url: String {
            switch self {
            case .remote(let access): access.url
            case .adopted(let url, _, _): url
            }
        }

        var listing: RemoteListing {
            switch self {
            case .remote(let access): access.listing
            case .adopted(_, let listing, _): listing
            }
        }

        /// The value of `remote`: an adopted repository knows its remote.
        var remoteSetting: String? { if case .remote(let access) = self { access.url } else { nil } }

        var key: DeployKey? { if case .remote(let access) = self { access.key } else { nil } }
    }

    /// Takes the clone that is in the folder, if it is one of the wanted repository.
    private func adopt() throws -> Source {
        try administration.deploying {
            let repository = try existingRepository()
            guard let url = try repository.configuredURL(limits) else {
                throw CommandError(
                    .failure, "\(request.path) is a clone without a remote",
                    hint: "\(ShellCommand.git(in: request.path, "remote", "add", "origin", request.address.urls[0]))")
            }
            let actual = RepositoryName(url: url)
            guard actual?.canBe(request.repository) == true else {
                let shown = actual.map { "\($0)".escapedForDisplay } ?? "another repository"
                throw CommandError(
                    .failure, "\(request.path) is a clone of \(shown), and not of \(request.repository)",
                    hint: "choose another folder with --path, or: "
                        + "\(ShellCommand("mv", "-T", request.path, "\(request.path).old"))")
            }
            do throws(GitError) {
                let listing = try repository.git.listing(
                    of: repository.remote, .within(.seconds(60), cancellation: cancellation))
                let branch = (try? BranchClone.open(at: request.path, limits))?.upstream.name
                return .adopted(url: url, listing: listing, branch: branch)
            } catch {
                throw CommandError(.failure, [RemoteProblem(error, url: url).explanation(of: "\(request.repository)")])
            }
        }
    }

    private func existingRepository() throws -> any Repository {
        let bare = "\(request.path)/repository.git"
        if request.strategy == .release, access(bare, F_OK) == 0 {
            return try BareRepository(at: bare, of: request.path, limits)
        }
        do throws(CloneError) {
            return try DetachedClone.open(at: request.path, limits)
        } catch {
            throw CommandError(.failure, [error.explanation])
        }
    }

    /// Returns what the site follows: what was asked for, or the branch of the adopted clone, or the default branch.
    private func follows(_ source: Source) throws(CommandError) -> RefPattern {
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

    // MARK: Making

    private func make(
        _ draft: SiteDraft, _ follows: RefPattern, _ source: Source, _ content: SitePlace.Content, _ journal: Journal
    ) throws {
        try place.make(content, journal)
        try administration.deploying {
            if case .remote(let access) = source {
                if request.strategy == .release {
                    // Without a command for ssh, the first deployment makes the repository.
                    guard let command = access.sshCommand else { return }
                    _ = try BareRepository.create(
                        at: "\(request.path)/repository.git", of: request.path, remote: access.url, sshCommand: command,
                        limits)
                } else {
                    try NewClone.create(
                        at: request.path, from: access.url, following: follows, sshCommand: access.sshCommand, limits,
                        transcript)
                }
            }
            if let failure = Site(draft.settings).open(limits) { throw CommandError(failure, .failure) }
        }
        try checkpoint()
        try makeSecret(journal)
    }

    /// Writes a new secret of 160 bits, unless the file is there: a person may share a secret between sites.
    private func makeSecret(_ journal: Journal) throws(CommandError) {
        guard access(secretFile, F_OK) != 0 else { return }
        let file = NewFile(secretFile, mode: 0o640, group: administration.account.group)
        try journal.note(.file(file.draft))
        try journal.note(.file(secretFile))
        guard try file.create(with: NewSecret.text() + "\n") else {
            throw CommandError(
                .failure, "\(secretFile) was made by somebody else meanwhile", hint: "run the command again")
        }
    }

    /// Writes the file of the site: from now on the site is added.
    private func write(_ draft: SiteDraft, _ journal: Journal) throws {
        let file = NewFile(administration.file(of: request.name), mode: 0o644)
        try journal.note(.file(file.draft))
        guard try file.create(with: draft.text) else {
            throw CommandError(.failure, "\(file.path) was made by somebody else meanwhile", hint: "--name OTHER")
        }
        do {
            try refuseMistakes(in: file.path)
        } catch {
            unlink(file.path)
            throw error
        }
    }

    /// Reads the configuration as the service will, with the secret.
    private func refuseMistakes(in file: String) throws {
        var source = administration.source
        source.readsSecrets = true
        let issues = try administration.deploying { Configuration.loadCollectingIssues(source).issues }
        let mistakes = issues.filter { $0.place == file || $0.place.hasPrefix("\(file):") }
        guard mistakes.isEmpty else { throw CommandError(.configuration, mistakes) }
    }

    /// Returns the error with an explanation for the person.
    private func explained(_ error: any Error) -> any Error {
        switch error {
        case let error as GitError:
            let problem = RemoteProblem(error, url: request.address.urls[0])
            return CommandError(.failure, [problem.explanation(of: request.address.description)])
        case let error as CloneError: return CommandError(.failure, [error.explanation])
        default: return error
        }
    }
}
