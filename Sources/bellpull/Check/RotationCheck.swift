import Configuration
import Deploy
import Foundation
import Webhook

/// Whether a secret that is being replaced is still needed.
struct RotationCheck {
    private let ledger: any Ledger

    /// A forge that has signed with the previous secret within this time has not got the new one.
    private static let recent: TimeInterval = 7 * 86_400

    init(_ ledger: any Ledger) {
        self.ledger = ledger
    }

    /// What the ledger tells of the hook that sites share, and of those of single ones.
    func results(_ secrets: Secrets?, _ sites: [SiteSettings]) -> [CheckResult] {
        let hooks = [(nil, "/github", secrets)] + sites.map { ($0.name, "/github/\($0.name)", $0.secrets) }
        return hooks.filter { $0.2?.previous != nil }.map { result(of: $0.0, at: $0.1) }
    }

    private func result(of hook: String?, at path: String) -> CheckResult {
        do throws(LedgerError) {
            guard let last = try ledger.lastUseOfPreviousSecret(by: hook) else {
                return .ok(
                    "secrets", "the previous one of \(path) was never needed: once a push has come, it can be removed")
            }
            guard last.timeIntervalSinceNow > -Self.recent else {
                return .ok(
                    "secrets", "the previous one of \(path) was last needed \(last.relative()): it can be removed")
            }
            return .warning(
                "secrets", "a forge signs with the previous one of \(path) still, last \(last.relative())",
                hint: "give the first line's secret, or the variable's without _OLD, to every webhook of that hook")
        } catch {
            return CheckResult(error, subject: "secrets")
        }
    }
}
