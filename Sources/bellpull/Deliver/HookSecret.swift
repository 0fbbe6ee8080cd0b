import Configuration
import Foundation
import Text
import Webhook

/// The secret that verifies deliveries to a site.
struct HookSecret {
    /// The current secret.
    let current: Secret

    /// Finds the secret of the site's own hook, or else of the shared hook.
    ///
    /// - Throws: an error if this user cannot read the secret.
    init(of site: SiteSettings, _ configuration: Configuration) throws(CommandError) {
        let isRoot = getuid() == 0
        let source = site.secretSource ?? configuration.secretSource
        guard let secrets = site.secretSource == nil ? configuration.secrets : site.secrets else {
            switch source {
            case .credential(let name)?:
                throw CommandError(
                    .failure, "the secret is the credential \(name), which systemd passes to the service alone",
                    hint: "systemctl cat \(ServiceUnit.current) names its folder: run the command with "
                        + "CREDENTIALS_DIRECTORY=FOLDER")
            case .variable(let name)?:
                throw CommandError(
                    .failure, "the secret is in the variable \(name), which is not set here",
                    hint: "run the command with \(name)=SECRET, as the service has it")
            case .file(let path)?:
                throw CommandError(
                    .failure, "\(path) cannot be read",
                    hint: isRoot ? "ls -l \(path.quotedForShell)" : "run the command as root")
            case nil:
                throw CommandError(
                    .failure, "the secret is not known to this command",
                    hint:
                        "run the command \(isRoot ? "" : "as root, or ")with GITHUB_SECRET=SECRET, as the service has it"
                )
            }
        }
        current = secrets.current
    }
}
