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
    var limits: Limits { .within(Self.time, cancellation: cancellation) }
    var place: SitePlace { SitePlace(path: request.path, account: administration.account) }

    /// The file of the secret.
    var secretFile: String { request.secretFile ?? "\(administration.folder)/\(request.name).secret" }

    /// Adds the site. The caller holds the lock.
    ///
    /// - Throws: `CommandError`, or `RemoteAccess.MissingKey`, after everything was undone.
    func run() throws -> Result {
        guard RemovalNote.read(request.name, in: administration.sitesFolder) == nil else {
            throw CommandError(
                .failure, "the removal of an earlier site \(request.name) was interrupted",
                hint:
                    "\(ServiceUnit.current.command) remove \(request.name)  # removes the rest; then run this command again"
            )
        }
        try place.refuseSystem(administration)
        try place.refuseOverlap(administration.configuration)
        // The draft's other settings do not depend on the remote: mistakes show before anybody waits.
        let first = try draft(following: nil, remote: request.address.urls[0])
        let content = try place.content()
        let secret = SecretPlace(path: secretFile, account: administration.account)
        if try !secret.isMissing(), let warning = secret.warning {
            LogWriter.standardError.write(
                "bellpull: warning: \(warning.message)\n" + (warning.hint.map { "bellpull: hint: \($0)\n" } ?? ""))
        }
        try refuseSandbox(first)
        let source = try content == .repository ? adopt() : .remote(remoteAccess())
        try checkpoint()
        let follows = try follows(source)
        let draft = try draft(following: follows, remote: source.remoteSetting)
        let journal = try Journal(of: request.name, administration)
        do {
            try make(draft, follows, source, content, journal)
            try checkpoint()
            try write(draft, journal)
        } catch {
            Self.tell(journal.undo())
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
        let access = try remoteAccess()
        let follows = try site.follows ?? follows(.remote(access))
        // No site has a plus sign in its name, so the file of the site does not end the journal.
        let journal = try Journal(of: "\(site.name)+clone", administration)
        do {
            try place.make(content, journal)
            try makeRepository(site, follows, access, journal)
        } catch {
            Self.tell(journal.undo())
            guard !cancellation.isCancelled else { throw CommandError.interrupted }
            throw explained(error)
        }
        journal.close()
        return true
    }

    private func remoteAccess() throws -> RemoteAccess {
        try administration.deploying {
            try RemoteAccess(to: request.address, administration.state, hostKey: request.hostKey, cancellation)
        }
    }

    /// Says what could not be undone.
    private static func tell(_ undone: [Journal.Undone]) {
        for thing in undone where thing.reason != nil { LogWriter.standardError.write("bellpull: \(thing.text)\n") }
    }

    /// Ends an addition that was interrupted.
    func checkpoint() throws(CommandError) {
        guard !cancellation.isCancelled else { throw .interrupted }
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
