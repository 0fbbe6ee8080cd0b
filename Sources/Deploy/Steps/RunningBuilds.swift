/// The running deployments whose build a newer push may end: a plain value; `Dispatcher` puts a lock around it.
///
/// A site that is pushed to all the time must still go live. So after a few builds in a row that were ended, the next one runs
/// to its end.
struct RunningBuilds {
    /// How many builds in a row may be ended.
    private static let limit = 3

    private var running: [String: NewerPush] = [:]
    private var ended: [String: Int] = [:]

    /// Starts a deployment of `site`. Returns what lets a newer push end its build; `nil` if nothing may end it.
    mutating func begin(_ site: Site) -> NewerPush? {
        guard site.steps.onNewer == .cancel, ended[site.name, default: 0] < Self.limit else { return nil }
        let newer = NewerPush()
        running[site.name] = newer
        return newer
    }

    /// Returns what a push to `site` has to be told; `nil` if nothing may be ended.
    func newerPush(at site: String) -> NewerPush? { running[site] }

    /// Ends the deployment of `site`.
    mutating func finish(_ site: String, isCancelled: Bool) {
        running[site] = nil
        ended[site] = isCancelled ? ended[site, default: 0] + 1 : nil
    }
}
