import Fence
import Foundation
import Git
import Processes
import TestSupport
import Testing

@testable import Deploy

/// A site with releases and steps, a ledger, and an application that systemd would restart.
final class StepStage: Sendable {
    let stage: ReleaseStage
    let home: TemporaryLedger
    private let pattern: RefPattern

    init(follows: RefPattern? = RefPattern(branch: "main"), shared: [String] = []) throws {
        stage = try ReleaseStage(follows: follows, shared: shared)
        home = try TemporaryLedger()
        pattern = try #require(follows)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        // What the shell of a step runs as another user than root must be able to reach.
        chmod(stage.blog.folder, 0o755)
    }

    var blog: Blog { stage.blog }

    /// The state folder.
    var state: String { "\(stage.blog.folder)/state" }

    func site(keep: Int = 5, trigger: Bool = false, _ change: (inout SiteSteps) -> Void) throws -> Site {
        var steps = SiteSteps()
        change(&steps)
        return Site(
            name: "blog", repository: RepositoryName("alice/blog"), follows: pattern, timeout: .seconds(30),
            trigger: trigger ? RestartTrigger(in: state, of: "blog") : nil, steps: steps, fence: try fence(),
            strategy: stage.other(shared: stage.strategy.options.shared, keep: keep))
    }

    func fence() throws -> StepFence {
        StepFence(
            runner: FenceRunner(launcher: [try BuiltProgram.path, "run-step"], socket: nil), hidden: [],
            stateFolder: state, path: "/usr/local/bin:/usr/bin:/bin")
    }

    func deploy(_ site: Site) throws -> DeploymentRecord {
        try site.deployNow(ledger: home.ledger, Cancellation(), Transcript())
    }

    /// Pushes `files`, deploys, and returns the result.
    func push(_ files: [String: String], _ site: Site) throws -> (commit: Commit, result: DeploymentResult?) {
        let commit = try blog.push(files)
        return (commit, try deploy(site).result)
    }

    func live(_ name: String) -> String? { stage.live(name) }
}

extension SiteSteps.Step {
    static func run(_ command: String, within timeout: Duration = .seconds(20)) -> SiteSteps.Step {
        SiteSteps.Step(command, timeout: timeout)
    }
}
