import Configuration
import Deploy
import Foundation
import Webhook

/// Checks whether a previous secret is still in use and can be removed.
struct RotationCheck {
    private let ledger: any Ledger

    /// A previous secret counts as unused after a week without use.
    private static let recent: TimeInterval = 7 * 86_400

    init(_ ledger: any Ledger) {
        self.ledger = ledger
    }

    /// Returns a result for each hook with a previous secret: the shared hook, and the hooks of single sites.
    func results(_ secrets: Secrets?, _ sites: [SiteSettings]) -> [CheckResult] {
        let hooks = [(nil, "/github", secrets)] + sites.map { ($0.name, "/github/\($0.name)", $0.secrets) }
        return hooks.filter { $0.2?.previous != nil }.map { result(of: $0.0, at: $0.1) }
    }

    private func result(of hook: String?, at path: String) -> CheckResult {
        do throws(LedgerError) {
            guard let last = try ledger.lastUseOfPreviousSecret(by: hook) else {
                return .ok(
                    "secrets",
                    "the previous secret of \(path) has never been used and can be removed after the next push")
            }
            guard last.timeIntervalSinceNow > -Self.recent else {
                return .ok(
                    "secrets", "the previous secret of \(path) was last used \(last.relative()) and can be removed")
            }
            return .warning(
                "secrets", "a forge still signs with the previous secret of \(path), last \(last.relative())",
                hint: "set the current secret (the first line of the secret file, or the variable without _OLD) "
                    + "in every webhook that posts to \(path)")
        } catch {
            return CheckResult(error, subject: "secrets")
        }
    }
}
