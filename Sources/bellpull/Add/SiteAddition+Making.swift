import Configuration
import Deploy
import Foundation
import Git

/// What is made for a new site. Whatever is made is noted in the journal.
extension SiteAddition {
    func make(
        _ draft: SiteDraft, _ follows: RefPattern, _ source: SiteSource, _ content: SitePlace.Content,
        _ journal: Journal
    ) throws {
        try place.make(content, journal)
        if case .remote(let access) = source {
            try makeRepository(draft.settings, follows, access, journal)
        } else {
            try open(draft.settings)
        }
        try checkpoint()
        try makeSecret(journal)
    }

    /// Makes the repository of `site` in a folder of its own, and moves it to the site's folder when it is whole.
    func makeRepository(
        _ site: SiteSettings, _ follows: RefPattern, _ access: RemoteAccess, _ journal: Journal
    ) throws {
        let staged = StagedClone(in: site.path)
        if site.strategy == .release {
            // Without a command for ssh, the first deployment makes the repository.
            guard let command = access.sshCommand else { return }
            try staged.make(journal, administration.account)
            try administration.deploying {
                _ = try BareRepository.create(
                    at: "\(staged.path)/repository.git", of: staged.path, remote: access.url, sshCommand: command,
                    limits)
            }
        } else {
            try staged.make(journal, administration.account)
            try administration.deploying {
                try NewClone.create(
                    at: staged.path, from: access.url, following: follows, sshCommand: access.sshCommand, limits,
                    transcript)
            }
        }
        try checkpoint()
        try journal.publish(staged)
        if site.strategy != .release {
            try administration.deploying { try NewClone.refreshIndex(at: site.path, limits) }
        }
        try open(site)
    }

    private func open(_ site: SiteSettings) throws {
        try administration.deploying {
            if let failure = Site(site).open(limits) { throw CommandError(failure, .failure) }
        }
    }

    /// Writes a new secret of 160 bits, unless the file is there: a person may share a secret between sites.
    private func makeSecret(_ journal: Journal) throws {
        guard try SecretPlace(path: secretFile, account: administration.account).isMissing() else {
            MadeSecret.forget(request.name, in: administration.sitesFolder)
            return
        }
        let file = NewFile(secretFile, mode: 0o640, group: administration.account.group)
        try MadeSecret(path: secretFile).write(of: request.name, in: administration.sitesFolder, journal)
        guard try file.create(with: NewSecret.text() + "\n", journal) else {
            throw CommandError(
                .failure, "\(secretFile) was made by somebody else meanwhile", hint: "run the command again")
        }
    }

    /// Writes the file of the site: from now on the site is added.
    func write(_ draft: SiteDraft, _ journal: Journal) throws {
        let file = NewFile(administration.file(of: request.name), mode: 0o644)
        guard try file.create(with: draft.text, journal) else {
            throw CommandError(.failure, "\(file.path) was made by somebody else meanwhile", hint: "--name OTHER")
        }
        try refuseMistakes(in: file.path)
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
