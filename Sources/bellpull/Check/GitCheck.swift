import Processes
import Git

/// Whether there is a git to pull with.
struct GitCheck {
    func results(_ limits: Limits) -> [CheckResult] {
        do {
            guard let version = try Git(in: "/").version(limits) else {
                return [
                    .warning("git", "its version cannot be told", hint: "git version; is it git that PATH leads to?")
                ]
            }
            guard version >= .oldestKnown else {
                return [
                    .warning(
                        "git", "version \(version) is older than \(Git.Version.oldestKnown)",
                        hint: "install a newer one: what it prints may not be understood")
                ]
            }
            return [.ok("git", "version \(version)")]
        } catch {
            return [.error("git", "\(error)", hint: "apt-get install git, or PATH=… in the service")]
        }
    }
}
