import Configuration
import Deploy
import Foundation
import Git
import Text

/// The facts about one site: the site itself, the ledger, the remote, and the web server's logs.
struct SiteFacts {
    /// The answer of the remote.
    enum Remote {
        /// The followed ref is at this commit.
        case commit(DeploymentRecord.Target)
        /// The remote cannot be asked.
        case failed(Failure)
        /// The remote cannot be asked, because the site's clone or repository cannot be opened.
        case unopened(Failure)
        /// Nobody asked.
        case notAsked

        /// The words why the commit of the remote is not known; `nil` if it is, or if nobody asked.
        var problem: Explanation? {
            switch self {
            case .failed(let failure):
                Explanation("the remote cannot be asked: \(failure.message)", hint: failure.hint)
            case .unopened(let failure): failure.explanation
            case .commit, .notAsked: nil
            }
        }
    }

    /// The name of the site.
    let name: String
    /// The commit seen by visitors.
    var live: Commit?
    /// The commit in question, if the live commit contains it; `nil` if it does not, or if no commit is in question.
    var contained: Commit?
    /// Whether the site has the remote's commit: the same commit, or commits of the server on top of it.
    var hasRemoteCommit = false
    var pin: Pin?
    /// The followed ref or pattern.
    var follows: String?
    var remote = Remote.notAsked
    /// The problems in the way of the next deployment.
    var obstacles: [Failure] = []
    /// Whether somebody looked for obstacles.
    var isInspected = false
    /// The newest deployments, newest first.
    var records: [DeploymentRecord] = []
    /// The last lines of the newest deployment's output, if the deployment failed or is running.
    var output: [String] = []
    /// The names of the sites in deployment now.
    var running: [String] = []
    /// Whether the service runs.
    var hasService = true
    /// The difference between the files and the settings of the running service; `nil` for none.
    var configurationProblem: CheckResult?
    var requests = HookRequests()
    /// The largest body that Bellpull takes, in bytes.
    var bodyLimit = 25 << 20
    /// Whether nginx takes only smaller bodies.
    var nginxTakesLess = false
    /// The unfinished and failed deployments of commits that the remote does not have, announced by `bellpull deliver` alone.
    var tests: [DeploymentRecord] = []
    /// How often catch-up asks the remote; `nil` for never.
    var catchUp: Duration?
    /// The page seen by visitors; `nil` if nobody looked.
    var visitors: VisitedPage?
    /// The program in remedies, such as `bellpull` or `bellpull --instance alice`.
    var command = "bellpull"
    var now = Date()
}
