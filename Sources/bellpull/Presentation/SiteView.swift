import Deploy
import Foundation
import Git

/// The JSON of a site in `bellpull status`. Unknown values are left out.
struct SiteView: Codable, Equatable {
    let name: String
    let path: String
    let repository: String?
    let follows: String?
    let commit: String?
    /// The pin, such as `pinned at 1a2b3c by alice: broken footer`; `nil` if the site is not pinned.
    let pin: String?
    /// The newest finished deployment.
    let last: DeploymentView?
    /// The oldest deployment that is not finished.
    let current: DeploymentView?

    /// Creates the view of a site with the given facts.
    ///
    /// - Parameter records: the latest deployments of the site, oldest first.
    init(
        name: String, path: String, repository: String?, follows: String?, commit: Commit?, pin: Pin? = nil,
        _ records: [DeploymentRecord]
    ) {
        self.name = name
        self.path = path
        self.repository = repository
        self.follows = follows
        self.commit = commit?.description
        self.pin = pin?.description
        last = records.last(where: \.state.isFinished).map { DeploymentView($0) }
        current = records.first { !$0.state.isFinished }.map { DeploymentView($0) }
    }

    private init(_ view: SiteView, last: DeploymentView?, current: DeploymentView?) {
        (name, path, repository) = (view.name, view.path, view.repository)
        (follows, commit, pin) = (view.follows, view.commit, view.pin)
        (self.last, self.current) = (last, current)
    }

    /// Returns the view with at most `length` characters of each message.
    func shortened(to length: Int) -> SiteView {
        SiteView(self, last: last?.shortened(to: length), current: current?.shortened(to: length))
    }

    /// Returns a table with a row for each site.
    static func table(_ sites: [SiteView]) -> Table {
        var table = Table("SITE", "FOLLOWS", "COMMIT", "STATE", "SINCE", "")
        for site in sites {
            let shown = site.current ?? site.last
            table.add(
                Table.Cell(site.name, .bold), Table.Cell(site.follows ?? "-"),
                Table.Cell(site.commit.flatMap { Commit($0) }?.short ?? "-"),
                shown?.stateCell ?? Table.Cell("never deployed", .faint), Table.Cell(shown?.age ?? "-"),
                Table.Cell(site.current?.reason ?? site.pin ?? site.last?.reason ?? ""))
        }
        return table
    }
}
