internal import Git

/// What the variables of a step tell about the site and its deployment.
struct StepFacts {
    let site: String
    /// The repository as the forge writes it; `nil` if unknown.
    let repository: String?
    /// The branch that the site follows, with its prefix; `nil` for a pattern or tags.
    let branch: String?
    let deployment: DeploymentRecord.ID
    let cause: DeploymentRecord.Cause
    /// The forge of the newest delivery, and the forge's id of it; `nil` without a delivery.
    let forge: String?
    let delivery: String?

    /// Returns the variables for a step at `place`. All of them are set: an unset one would be an error under `set -u`.
    func variables(at place: StepPlace) -> [String: String] {
        [
            "BELLPULL_SITE": site,
            "BELLPULL_REPOSITORY": repository ?? "",
            "BELLPULL_BRANCH": place.ref?.name(below: "refs/heads/") ?? "",
            "BELLPULL_TAG": place.ref?.name(below: "refs/tags/") ?? "",
            "BELLPULL_COMMIT": place.commit.description,
            "BELLPULL_PREVIOUS_COMMIT": place.previousCommit?.description ?? "",
            "BELLPULL_RELEASE": place.isRelease ? place.folder : "",
            "BELLPULL_PREVIOUS_RELEASE": place.previousRelease ?? "",
            "BELLPULL_DEPLOYMENT": "\(deployment)",
            "BELLPULL_DELIVERY": delivery ?? "",
            "BELLPULL_FORGE": forge ?? "",
            "BELLPULL_CAUSE": cause.rawValue,
        ]
    }
}

extension String {
    fileprivate func name(below prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
