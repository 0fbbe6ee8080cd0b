import Configuration
import Foundation
import Processes
import Text

/// What root needs to change the sites of a server: the folder of the configuration, the state folder, and the user who deploys.
///
/// Only root may write to the configuration. Whatever touches a clone, a key or the state folder happens with the rights of the
/// user who deploys, so that a file that this user has planted never leads root elsewhere.
struct Administration {
    let source: ConfigurationSource
    private(set) var configuration: Configuration
    let state: StateDirectory
    /// The user who deploys.
    let account: UserIdentity
    /// The files of the service's unit; `nil` if there is none.
    let unit: SystemdUnit?
    /// The folder of the main file, such as `/etc/bellpull`.
    let folder: String

    /// The folder with a file for each site.
    var sitesFolder: String { "\(folder)/sites" }

    /// Returns the path of the file of the site `name`.
    func file(of name: String) -> String { "\(sitesFolder)/\(name).toml" }

    /// Reads the configuration. Creates the folder of the sites and the state folder if they do not exist.
    ///
    /// - Throws: an error for a user who may not change the configuration, and the mistakes of the main file.
    init(
        _ options: ConfigurationOptions, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandError) {
        var source = ConfigurationSource(mainFile: options.config, environment: environment)
        (source.readsSecrets, source.readsVariables, source.mayHaveNoSite) = (false, false, true)
        let state = StateDirectory(environment: environment)
        let unit = SystemdUnit(ServiceUnit.current.service, environment: environment)
        let account = try Self.account(state, unit)
        let main = URL(fileURLWithPath: source.mainFilePath).standardized.path
        folder = (main as NSString).deletingLastPathComponent
        (source, configuration) = try Self.load(source, state)
        if configuration.isOfEnvironment, let site = configuration.sites.first {
            throw CommandError(
                .configuration, "REPO_PATH describes the site \(site.name), and would be ignored beside files",
                hint: "first write \("\(folder)/sites/\(site.name).toml".quotedForShell), with the line "
                    + "path = \"\(site.path)\" and, in \(main.quotedForShell), secret_file; then remove REPO_PATH")
        }
        (self.source, self.state) = (source, state)
        (self.account, self.unit) = (account, unit)
        ServiceUser.deploys(as: account.user)
        try makeFolders()
    }

    private static func load(
        _ source: ConfigurationSource, _ state: StateDirectory
    ) throws(CommandError) -> (ConfigurationSource, Configuration) {
        var source = source
        source.sitesInUse = state.sitesInUse
        if source.hasNoSiteInFiles { source.addEnvironmentFile() }
        do {
            return (source, try Configuration.load(source))
        } catch {
            throw CommandError(error)
        }
    }

    /// Returns the same with the configuration as it is now.
    func reread() throws(CommandError) -> Administration {
        var copy = self
        copy.configuration = try Self.load(source, state).1
        return copy
    }

    /// Returns the user who deploys: the owner of the state folder, or else the user in the service's unit, or else the user of
    /// this process.
    private static func account(_ state: StateDirectory, _ unit: SystemdUnit?) throws(CommandError) -> UserIdentity {
        guard geteuid() == 0 else {
            guard state.otherOwner == nil, let own = UserIdentity(geteuid()) else { throw needsRoot }
            return own
        }
        if let owner = state.owner, let user = UserIdentity(owner) { return user }
        guard let name = unit?.value("User") else {
            guard let root = UserIdentity(0) else { throw needsRoot }
            return root
        }
        guard let user = UserIdentity(named: name) else {
            throw CommandError(
                .failure, "\(ServiceUnit.current.service) runs as \(name), but the user \(name) does not exist",
                hint: "useradd --system --home-dir \(state.path) --shell /usr/sbin/nologin \(name)")
        }
        return user
    }

    /// The error for a person who may not change the sites.
    private static var needsRoot: CommandError {
        let command = ShellCommand(words: ["sudo", "bellpull"] + CommandLine.arguments.dropFirst())
        return CommandError(.failure, "\(NSUserName()) may not change the sites of this server", hint: "\(command)")
    }

    private func makeFolders() throws(CommandError) {
        do {
            try FileManager.default.createDirectory(atPath: sitesFolder, withIntermediateDirectories: true)
        } catch {
            throw access(sitesFolder, F_OK) == 0
                ? CommandError(.failure, "\(sitesFolder) is not a folder") : Self.needsRoot
        }
        guard access(sitesFolder, W_OK) == 0, access(folder, W_OK) == 0 else { throw Self.needsRoot }
        guard mkdir(state.path, 0o700) == 0 else { return state.create() }
        chown(state.path, account.user, account.group)
    }

    /// Runs `body` with the rights of the user who deploys.
    func deploying<Result>(_ body: () throws -> Result) throws -> Result { try account.act(body) }
}
