import Configuration
import Deploy
import Foundation
import Git

/// All that is known about why a push to one site is live or not.
struct SiteFacts {
    /// What the remote answers.
    enum Remote {
        /// The ref that the site follows is at this commit.
        case commit(DeploymentRecord.Target)
        /// The remote cannot be asked.
        case failed(Failure)
        /// Nobody asked.
        case notAsked
    }

    /// The name of the site.
    let name: String
    /// The commit that visitors get.
    var live: Commit?
    /// Whether the site has the remote's commit: the same commit, or commits of the server on top of it.
    var hasRemoteCommit = false
    var pin: Pin?
    /// What the site follows, in words.
    var follows: String?
    var remote = Remote.notAsked
    /// What is in the way of the next deployment.
    var obstacles: [Failure] = []
    /// The newest deployments, newest first.
    var records: [DeploymentRecord] = []
    /// The newest finished deployment that failed, or the running one, with its output.
    var output: [String] = []
    /// The names of the sites that are being deployed now.
    var running: [String] = []
    /// Whether the service runs.
    var hasService = true
    /// Why the running service does not use the files as they are; `nil` if it does.
    var configurationProblem: CheckResult?
    var requests = HookRequests()
    /// How often catch-up asks the remote; `nil` for never.
    var catchUp: Duration?
    /// What visitors get; `nil` if nobody looked.
    var visitors: VisitedPage?
    /// The site of the command, such as `bellpull` or `bellpull --instance alice`.
    var command = "bellpull"
    var now = Date()
}
