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
        if request.hasPath, SitePlace.resolved(request.path) != SitePlace.resolved(settings.path) {
            throw CommandError(
                .failure, "the site \(request.name) is there already, in \(settings.path)",
                hint: "--name OTHER for a second site")
        }
        (self.settings, self.remote, secretFile) = (settings, remote, file.secretFile)
        key = try remote.flatMap { url in try administration.deploying { DeployKey(of: url, in: administration.state) }
        }
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
