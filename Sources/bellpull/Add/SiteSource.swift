import Configuration
import Deploy
import Foundation
import Git
import Processes
import Text

/// Where the files of a new site come from.
enum SiteSource {
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

extension SiteAddition {
    /// Takes the clone that is in the folder, if it is one of the wanted repository.
    func adopt() throws -> SiteSource {
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
                return .adopted(url: url.withoutCredentials, listing: listing, branch: branch)
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
}
