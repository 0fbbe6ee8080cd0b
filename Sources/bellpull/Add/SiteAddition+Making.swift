import Configuration
import Deploy
import Foundation
import Git

/// What is made for a new site. Whatever is made is noted in the journal first.
extension SiteAddition {
    func make(
        _ draft: SiteDraft, _ follows: RefPattern, _ source: SiteSource, _ content: SitePlace.Content,
        _ journal: Journal
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
    func write(_ draft: SiteDraft, _ journal: Journal) throws {
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
}
