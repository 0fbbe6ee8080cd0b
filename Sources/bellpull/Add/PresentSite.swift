import Configuration
import Foundation
import Git
import Text

/// A site with the wanted name that is there already.
struct PresentSite {
    let settings: SiteSettings
    /// The URL of the site's remote; `nil` if the clone cannot be read.
    let remote: String?
    let key: DeployKey?
    /// The file of the site's own secret.
    let secretFile: String?

    /// Finds the site; `nil` if no site has the name.
    ///
    /// - Throws: an error if the name is taken by another site, or if the site has mistakes.
    init?(_ request: SiteRequest, _ administration: Administration) throws {
        let configuration = administration.configuration
        if let rejected = configuration.rejectedSites.first(where: { $0.name == request.name }) {
            throw CommandError(.configuration, rejected.issues)
        }
        guard let settings = configuration.sites.first(where: { $0.name == request.name }) else { return nil }
        let file = SiteFile(of: settings, administration)
        let remote = try administration.deploying { file.remote }
        let repository = settings.repository ?? remote.flatMap { RepositoryName(url: $0) }
        guard repository?.canBe(request.repository) == true else {
            throw CommandError(
                .failure,
                "the name \(request.name) is taken by the site of \(repository.map { "\($0)" } ?? settings.path)",
                hint: "--name OTHER")
        }
        if let asked = request.follows, let follows = settings.follows, asked != follows {
            throw CommandError(
                .failure, "the site \(request.name) is there already, and follows \(follows) instead of \(asked)",
                hint:
                    "--name OTHER for a second site; or change \(settings.place), then systemctl reload \(ServiceUnit.current)"
            )
        }
        if request.hasPath, ResolvedPath(request.path) != ResolvedPath(settings.path) {
            throw CommandError(
                .failure, "the site \(request.name) is there already, in \(settings.path)",
                hint: "--name OTHER for a second site")
        }
        try Self.refuseDifference(request, settings, file)
        (self.settings, self.remote, secretFile) = (settings, remote, file.secretFile)
        key = try remote.flatMap { url in try administration.deploying { DeployKey(of: url, in: administration.state) }
        }
    }
}

extension PresentSite {
    /// Refuses options that say something else than the site's file: they would have no effect.
    private static func refuseDifference(
        _ request: SiteRequest, _ settings: SiteSettings, _ file: SiteFile
    ) throws(CommandError) {
        var differences: [String] = []
        if let asked = request.strategy, asked != settings.strategy {
            differences.append("has the strategy \(settings.strategy.rawValue) instead of \(asked.rawValue)")
        }
        if let asked = request.url, SiteURL(asked) != settings.url {
            let url = settings.url.map { "the url \($0.origin)\($0.path)" } ?? "no url"
            differences.append("has \(url) instead of \(asked.escapedForDisplay)")
        }
        if let asked = request.secretFile, !isSecret(asked, file.secretFile) {
            let secret = file.secretFile.map { "the secret file \($0.escapedForDisplay)" } ?? "no secret file"
            differences.append("has \(secret) instead of \(asked.escapedForDisplay)")
        }
        if let asked = request.follows, settings.follows == nil {
            differences.append("follows the branch that is checked out instead of \(asked)")
        }
        guard differences.isEmpty else {
            throw CommandError(
                .failure,
                "the site \(request.name) is there already, and \(differences.joined(separator: "; "))",
                hint: "change \(settings.place), then systemctl reload \(ServiceUnit.current); or leave the option out")
        }
    }

    /// Whether both paths are one file.
    private static func isSecret(_ asked: String, _ path: String?) -> Bool {
        guard let path else { return false }
        return ResolvedPath(asked) == ResolvedPath(path)
    }
}

/// What the file of a site and its repository tell, without the service.
struct SiteFile {
    let settings: SiteSettings
    /// The value of `secret_file`; `nil` if the site has a file without it, or no file of its own.
    let secretFile: String?

    init(of settings: SiteSettings, _ administration: Administration) {
        self.settings = settings
        let path = administration.file(of: settings.name)
        let text = settings.place == path ? try? String(contentsOfFile: path, encoding: .utf8) : nil
        secretFile = text.flatMap { try? SiteDraft(name: settings.name, text: $0, path: path) }?.secretFile
    }

    /// The URL of the remote, as the site's file or else the repository tells, without credentials. Runs git with the rights of the caller, who is the
    /// user who deploys.
    var remote: String? { Self.remote(of: settings) }

    /// Returns the URL of the remote of a site, like `remote`.
    static func remote(of settings: SiteSettings) -> String? {
        if let remote = settings.release?.remote { return remote }
        let repositories = ["\(settings.path)/.git", "\(settings.path)/repository.git"]
        guard let repository = repositories.first(where: { access("\($0)/config", R_OK) == 0 }) else { return nil }
        let output = try? Git(in: "/").output(
            of: ["config", "--file", "\(repository)/config", "--get", "remote.origin.url"], .within(.seconds(10)))
        return output.flatMap { $0.isEmpty ? nil : $0.withoutCredentials }
    }
}
