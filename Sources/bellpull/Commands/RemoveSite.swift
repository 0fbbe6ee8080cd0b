import ArgumentParser
import Foundation
import Processes

/// `bellpull remove`: removes a site.
struct RemoveSite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a site: its file, and the secret and the deploy key that add made.",
        discussion: """
            Asks nothing. Keeps the site's files, unless --files is given, and its history. Has the service forget the \
            site. A secret or a key that another site uses stays. Prints what \
            is left to remove: at the forge, and in the web server's configuration.

            If the command was interrupted, run it again: it goes on where it stopped.

            Examples:
              bellpull remove blog
              bellpull remove blog --files
            """)

    @Argument(help: "The name of the site.", completion: .siteNames)
    var site: String

    @Flag(help: "Remove the site's folder too, with everything in it. Waits for a running deployment.")
    var files = false

    @Option(help: ArgumentHelp("The path of nginx.conf, or of its folder (default: /etc/nginx)", valueName: "path"))
    var nginx: String?

    @OptionGroup var options: CommonOptions

    func run() throws {
        let cancellation = Signals.shared.cancellation
        let administration = try Administration(options.configuration)
        var path: String?
        var removed = try AdministrationLock.hold(administration) { administration in
            path = administration.configuration.sites.first { $0.name == site }?.path
            return try SiteRemoval(
                name: site, removesFiles: files, administration: administration, cancellation: cancellation
            ).run()
        }
        removed.findWebServerFiles(NginxConfiguration(at: nginx ?? "/etc/nginx"), naming: path ?? removed.path)
        if options.json { try Printer.print(json: removed) } else { Printer.print(removed.lines(.current)) }
    }
}
