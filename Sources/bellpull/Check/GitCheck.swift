import Text
import Git
import Processes

/// Checks whether a supported version of git is installed.
struct GitCheck {
    func results(_ limits: Limits) -> [CheckResult] {
        do {
            guard let version = try Git(in: "/").version(limits) else {
                return [.warning("git", "git does not report a version", hint: "command -v git; git version")]
            }
            guard version >= .oldestKnown else {
                return [
                    .warning(
                        "git", "version \(version) is older than \(Git.Version.oldestKnown), the oldest tested version",
                        hint: "apt-get install git")
                ]
            }
            return [.ok("git", "version \(version)")]
        } catch {
            return [
                .error("git", "\(error)", hint: "apt-get install git, or set PATH in \(ServiceUnit.current.service)")
            ]
        }
    }
}
