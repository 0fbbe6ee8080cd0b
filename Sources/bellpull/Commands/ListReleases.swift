import ArgumentParser
import Deploy
import Foundation
import Processes

/// `bellpull releases`: lists the releases of a site.
struct ListReleases: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "releases", abstract: "Lists the releases of a site, newest first.",
        discussion: """
            --cleanup removes the work tree of a site that was deployed with git pull before it had releases: its tracked \
            files. .git becomes git-before-releases. Files that git does not know stay. Refuses while nginx still serves \
            the work tree, as far as its files tell.
            """)

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @Flag(help: "Remove the old work tree beside the releases.")
    var cleanup = false

    @Flag(help: "With --cleanup: nginx does not serve the old work tree, whatever its files say.")
    var force = false

    @Option(help: ArgumentHelp("Where --cleanup looks for what nginx serves.", valueName: "file or folder"))
    var nginx = "/etc/nginx"

    @OptionGroup var options: CommonOptions

    /// A release in JSON.
    private struct View: Encodable {
        let name: String
        let commit: String
        let ref: String?
        let created: String
        let bytes: Int
        let isLive: Bool
        let isPinned: Bool
    }

    func run() throws {
        let settings = try options.settings(of: site)
        guard settings.strategy == .release else {
            throw CommandError(
                .failure, "\(site) has no releases: its strategy is \(settings.strategy.rawValue)",
                hint: "write strategy = \"release\" in \(settings.place)")
        }
        _ = try options.ledger()
        let site = Site(settings)
        if cleanup { return try cleanUp(site, settings.path) }
        let (live, pinned) = (site.liveRelease, site.pin?.release)
        let views = site.releases.map { release in
            View(
                name: release.name, commit: release.commit.description, ref: release.ref,
                created: release.created.standard, bytes: site.size(of: release),
                isLive: release.name == live, isPinned: release.name == pinned)
        }
        guard !options.json else { return try Printer.print(json: views) }
        guard !views.isEmpty else { return Printer.print(["\(settings.name) has no release yet"]) }
        var table = Table("RELEASE", "COMMIT", "WHEN", "SIZE", "")
        for (release, view) in zip(site.releases, views) {
            let state = [
                view.isLive ? "live" : nil, view.isPinned ? "pinned" : nil, release.isWithdrawn ? "taken back" : nil,
            ]
            table.add(
                view.isLive ? Table.Cell(view.name, .bold) : Table.Cell(view.name), Table.Cell(release.commit.short),
                Table.Cell(release.created.relative()), Table.Cell(view.bytes.asSize),
                Table.Cell(state.compactMap(\.self).joined(separator: ", ")))
        }
        Printer.print(table)
    }

    private func cleanUp(_ site: Site, _ path: String) throws {
        if !force { try requireUnserved(path) }
        let deployment = try ManualDeployment(of: self.site, options)
        let kept = try deployment.run { cancellation, _, _ in
            try site.removeOldClone(.within(site.timeout, cancellation: cancellation))
        }
        deployment.say("removed the work tree of \(path); its repository is now \(path)/git-before-releases")
        guard !kept.isEmpty else { return }
        deployment.say("these files are not in the repository and stay: \(kept.prefix(20).joined(separator: ", "))")
    }
}

extension ListReleases {
    private func requireUnserved(_ path: String) throws(CommandError) {
        guard let configuration = NginxConfiguration(at: nginx) else {
            throw CommandError(
                .failure, "\(nginx) cannot be read, so nothing tells what nginx serves",
                hint: "run the command as root, name nginx's folder with --nginx, or add --force")
        }
        let served = ServedFolders(configuration)
        if let root = served.root(in: path) {
            throw CommandError(
                .failure, "nginx still serves \(root.path), in \(root.directive)",
                hint: "write root \(path)/current; in the site's server block, then nginx -t && nginx -s reload")
        }
        if let unknown = served.unknown {
            throw CommandError(
                .failure, "nginx may still serve \(path): nothing tells what \(unknown) stands for",
                hint: "add --force if nginx serves only \(path)/current")
        }
    }
}

extension Int {
    /// The number of bytes as a person reads it, such as `1.5 MB`.
    fileprivate var asSize: String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (value, unit) = (Double(self), 0)
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(self) B" : String(format: value < 10 ? "%.1f %@" : "%.0f %@", value, units[unit])
    }
}
