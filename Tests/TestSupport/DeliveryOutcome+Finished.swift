import Deploy
import Git

/// Shorthands for the outcomes of a delivery after its deployment.
extension DeliveryOutcome {
    package static func deployed(_ commit: Commit) -> Self { .finished(.deployed(commit)) }
    package static func unchanged(_ commit: Commit) -> Self { .finished(.unchanged(commit)) }
    package static func failed(_ failure: Failure) -> Self { .finished(.failed(failure)) }
    package static var interrupted: Self { .finished(.interrupted) }

    /// The result of the deployment, if the deployment has ended.
    package var result: DeploymentResult? {
        if case .finished(let result, _) = self { result } else { nil }
    }

    /// The commit of the site, if the deployment verified a commit.
    package var commit: Commit? { result?.commit }

    /// The failure, if the deployment failed.
    package var failure: Failure? { result?.failure }
}

extension DeploymentResult {
    /// The failure, if the deployment failed.
    package var failure: Failure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}
