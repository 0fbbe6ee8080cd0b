public import Processes
internal import Foundation

/// The git command in one directory, set up to run unattended: git asks no questions, runs no hooks, and leaves no
/// process behind.
public struct Git: Sendable {
    private let executable: URL
    /// The directory that git runs in.
    public private(set) var directory: String
    private(set) var environment: [String: String]
    /// Settings of this repository with precedence over those of the files (git(1), `-c`).
    private var ownSettings: [String] = []

    /// The most that a command may write to standard output: enough for 500,000 references or files.
    private static let outputLimit = 64 << 20

    /// Settings with precedence over the settings of the clone and of the user (git(1), `-c`).
    private static let settings = [
        "core.hooksPath=/dev/null", "submodule.recurse=false", "rebase.autoStash=false",
        // Maintenance would run on in the background and hold locks.
        "gc.auto=0", "maintenance.auto=false",
        // A transfer below 1000 bytes per second for 30 s has stalled.
        "http.lowSpeedLimit=1000", "http.lowSpeedTime=30",
        // Objects reach the disk before the references to them, so no power failure damages the repository. A fetch
        // stays one pack, and so needs one sync for all objects.
        "core.fsync=committed,pack-metadata,reference,index", "fetch.unpackLimit=1",
    ].flatMap { ["-c", $0] }

    /// Finds git in `PATH`, and prepares to run it in `directory`.
    ///
    /// - Parameters:
    ///   - sshCommand: the command for ssh. Bellpull appends options that keep ssh from asking and from hanging.
    ///   - mark: marks the commands, so that they are found if Bellpull is killed.
    ///   - inherited: the environment to take variables from; by default the environment of this process.
    /// - Throws: `GitError` if there is no `git` in `PATH`.
    public init(
        in directory: String, sshCommand: String? = nil, mark: CommandMark? = nil,
        inheriting inherited: [String: String]? = nil
    ) throws(GitError) {
        let inherited = inherited ?? ProcessInfo.processInfo.environment
        guard let executable = Self.executable(in: inherited["PATH"]) else { throw .noExecutable }
        self.executable = executable
        self.directory = directory
        environment = GitEnvironment.variables(from: inherited, sshCommand: sshCommand)
            .merging(mark?.variables ?? [:]) { $1 }
    }

    /// Returns git for `directory`, with `variables` in the environment.
    func moved(to directory: String, with variables: [String: String]) -> Git {
        var copy = self
        copy.directory = directory
        copy.environment = environment.merging(variables) { $1 }
        return copy
    }

    /// Whether git fetches the files in git-lfs, because the site's file says so.
    public private(set) var fetchesLargeFiles = false

    /// Returns git with more settings, each as `name=value`. A later setting wins.
    func adding(_ settings: [String], lfs: Bool? = nil) -> Git {
        var copy = self
        copy.ownSettings += settings.flatMap { ["-c", $0] }
        copy.fetchesLargeFiles = lfs ?? fetchesLargeFiles
        return copy
    }

    /// Runs `git arguments…` and returns the completion, whatever the exit status.
    ///
    /// - Parameters:
    ///   - transcript: receives the output as it arrives.
    ///   - setting: one more setting. The name may hold any character, such as the name of a branch may.
    ///   - input: the file to read as standard input.
    ///   - launch: how git is started.
    /// - Throws: `GitError` if git cannot be started.
    public func run(
        _ arguments: [String], _ limits: Limits, _ transcript: Transcript? = nil,
        with setting: (name: String, value: String)? = nil, input: String? = nil, launch: Command.Launch = .spawn
    ) throws(GitError) -> Command.Completion {
        var (options, environment) = (Self.settings + ownSettings, environment)
        switch setting {
        case (let name, let value)? where name.utf8.contains(UInt8(ascii: "=")):
            // Git takes the first = for the end of the name. The variables need git 2.31.
            let count = environment["GIT_CONFIG_COUNT"] ?? "0"
            environment["GIT_CONFIG_COUNT"] = "\((Int(count) ?? 0) + 1)"
            environment["GIT_CONFIG_KEY_\(count)"] = name
            environment["GIT_CONFIG_VALUE_\(count)"] = value
        case (let name, let value)?: options += ["-c", "\(name)=\(value)"]
        case nil: break
        }
        let command = Command(
            executable: executable, arguments: options + arguments, directory: directory, environment: environment,
            input: input.map { .file($0) }, launch: launch)
        do {
            return try command.run(
                until: limits.deadline, cancellation: limits.cancellation, transcript: transcript,
                keeping: .whole(limit: Self.outputLimit))
        } catch {
            throw GitError(
                arguments: arguments, termination: nil, message: "cannot run git in \(directory): \(Self.reason(error))"
            )
        }
    }

    /// Runs `git arguments…` and returns the standard output without the last line break.
    ///
    /// - Throws: `GitError` if git cannot be started, does not exit with 0, or writes more than 64 MiB.
    public func output(
        of arguments: [String], _ limits: Limits, _ transcript: Transcript? = nil,
        with setting: (name: String, value: String)? = nil, launch: Command.Launch = .spawn
    ) throws(GitError) -> String {
        String(
            decoding: try outputBytes(of: arguments, limits, transcript, with: setting, launch: launch), as: UTF8.self
        )
        .trimmingCharacters(in: .newlines)
    }

    /// Runs `git arguments…` and returns the standard output: names of files may not be UTF-8.
    ///
    /// - Throws: `GitError` like `output`.
    func outputBytes(
        of arguments: [String], _ limits: Limits, _ transcript: Transcript? = nil,
        with setting: (name: String, value: String)? = nil, launch: Command.Launch = .spawn
    ) throws(GitError) -> [UInt8] {
        let completion = try run(arguments, limits, transcript, with: setting, launch: launch)
        guard completion.isSuccess else { throw GitError(arguments: arguments, completion: completion) }
        guard completion.isOutputComplete else {
            throw GitError(
                arguments: arguments, termination: completion.termination,
                message: "git \(arguments.first ?? "") wrote more than \(Self.outputLimit >> 20) MiB")
        }
        return completion.outputBytes
    }

    /// Returns git with another index file.
    func using(index path: String) -> Git {
        var copy = self
        copy.environment["GIT_INDEX_FILE"] = path
        return copy
    }

    /// Returns the text of the POSIX error in `error`. Foundation wraps the error of starting a process.
    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
    }

    private static func executable(in path: String?) -> URL? {
        let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        let candidates = folders.map { "\($0)/git" }
        return candidates.first(where: FileManager.default.isExecutableFile).map { URL(fileURLWithPath: $0) }
    }
}
