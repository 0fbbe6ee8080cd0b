import Foundation

/// The content of `status.json`: what `bellpull status` and `bellpull history` show, for people who may not open the ledger.
///
/// The service writes the file in its runtime folder (`StatusPublisher`). systemd removes the folder when the service stops.
struct StatusFile: Codable, Equatable {
    /// The name of the file in the runtime folder.
    static let name = "status.json"
    /// The version of the format. A reader refuses other versions.
    static let currentSchema = 1
    /// The runtime folder of bellpull.service. `RUNTIME_DIRECTORY` names another folder (systemd.exec(5)).
    static let folder = "/run/bellpull/status"

    /// The version of the format.
    let schema: Int
    /// The process of the service.
    let pid: Int32
    /// When the facts were read, in whole seconds since 1970.
    let time: Int
    /// The state folder with the ledger.
    let state: String
    /// The latest deployments of all sites, newest first.
    let deployments: [DeploymentView]
    /// The sites, sorted by name.
    let sites: [SiteView]
    /// How many more sites the service has.
    let omittedSites: Int

    /// Reads the file, if this user may not open the ledger in `state`, and a service runs that writes the file for this
    /// ledger.
    init?(
        inPlaceOfLedgerIn state: StateDirectory, _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        guard access(state.ledgerPath, R_OK) != 0, errno == EACCES,
            let json = FileManager.default.contents(atPath: "\(Self.folder(environment))/\(Self.name)"),
            let file = Self(json: json)
        else { return nil }
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        guard resolved(file.state) == resolved(state.path), kill(file.pid, 0) == 0 || errno == EPERM else { return nil }
        self = file
    }

    /// Decodes JSON. Returns `nil` for another schema, and for anything else that is not such a JSON text.
    init?(json: Data) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let file = try? decoder.decode(Self.self, from: json), file.schema == Self.currentSchema else {
            return nil
        }
        self = file
    }

    /// Returns the runtime folder in `environment`, or the folder of bellpull.service.
    static func folder(_ environment: [String: String]) -> String {
        environment["RUNTIME_DIRECTORY"].map { String($0.prefix { $0 != ":" }) }.flatMap { $0.isEmpty ? nil : $0 }
            ?? folder
    }

    /// Returns the latest deployments of `site`, or of all sites. Says on standard error if there may be more.
    ///
    /// - Throws: an error if no such site is known.
    func deployments(of site: String?, limit: Int) throws(CommandError) -> [DeploymentView] {
        let found = deployments.filter { site == nil || $0.site == site }
        if let site, found.isEmpty, !sites.contains(where: { $0.name == site }), omittedSites == 0 {
            throw CommandError(unknownSite: site, known: sites.map(\.name))
        }
        if found.count < limit, deployments.count >= StatusPublisher.deployments {
            Self.tell("only the latest \(deployments.count) deployments of all sites can be read without the ledger")
        }
        return Array(found.prefix(limit))
    }

    /// Says on standard error of when the facts are.
    func tellAge(now: Date = Date()) {
        for line in ageLines(now: now) { Self.tell(line) }
    }

    /// The lines about the age of the facts.
    func ageLines(now: Date) -> [String] {
        let date = Date(timeIntervalSince1970: TimeInterval(time))
        let seconds = Int(now.timeIntervalSince(date).rounded(.down))
        let age = (0..<10).contains(seconds) ? "\(seconds) s ago" : date.relative(to: now)
        let clock = seconds < 86_400 ? date.clock : date.local
        let omission =
            omittedSites == 0 ? [] : ["\(omittedSites) more sites are left out; run the command as root to see all"]
        return ["as of \(clock), \(age)"] + omission
    }

    private static func tell(_ line: String) { LogWriter.standardError.write("\(line)\n") }
}
