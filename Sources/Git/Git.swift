public import Processes
internal import Foundation

/// The git command in one directory, set up to run unattended: it asks nobody, runs no hook, and starts nothing that
/// outlives it.
public struct Git: Sendable {
    private let executable: URL
    private let directory: String
    private let environment: [String: String]

    /// Settings that outrank those of the clone and of the user (git(1), `-c`).
    private static let settings = [
        "core.hooksPath=/dev/null", "submodule.recurse=false", "rebase.autoStash=false",
        // Housekeeping would go on in the background, and hold locks.
        "gc.auto=0", "maintenance.auto=false",
        // A transfer below 1000 bytes a second for 30 s has stalled.
        "http.lowSpeedLimit=1000", "http.lowSpeedTime=30",
        // After a power failure a reference is the old or the new one, never an empty file.
        "core.fsync=reference,index",
    ].flatMap { ["-c", $0] }

    /// Git in `directory`.
    ///
    /// - Parameters:
    ///   - sshCommand: how ssh is run; options that keep it from asking and hanging are added.
    ///   - inherited: the environment to choose from; this process's if `nil`.
    /// - Throws: `GitError` if there is no `git` in `PATH`.
    public init(
        in directory: String, sshCommand: String? = nil,
        inheriting inherited: [String: String]? = nil
    ) throws(GitError) {
        let inherited = inherited ?? ProcessInfo.processInfo.environment
        guard let executable = Self.executable(in: inherited["PATH"]) else { throw .noExecutable }
        self.executable = executable
        self.directory = directory
        environment = GitEnvironment.variables(from: inherited, sshCommand: sshCommand)
    }

    /// Runs `git arguments…`; a status other than 0 is a result like any other.
    public func run(
        _ arguments: [String], _ limits: Limits, _ transcript: Transcript? = nil
    ) throws(GitError) -> Command.Completion {
        let command = Command(
            executable: executable, arguments: Self.settings + arguments, directory: directory, environment: environment
        )
        do {
            return try command.run(
                until: limits.deadline, cancellation: limits.cancellation, transcript: transcript)
        } catch {
            throw GitError(arguments: arguments, end: nil, message: "cannot run git in \(directory): \(error)")
        }
    }

    /// Runs `git arguments…` and returns what it printed, without the last line break.
    ///
    /// - Throws: `GitError` if it did not exit with status 0.
    public func output(
        of arguments: [String], _ limits: Limits, _ transcript: Transcript? = nil
    ) throws(GitError) -> String {
        let completion = try run(arguments, limits, transcript)
        guard completion.isSuccess else { throw GitError(arguments: arguments, completion: completion) }
        return completion.output.trimmingCharacters(in: .newlines)
    }

    private static func executable(in path: String?) -> URL? {
        let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        let candidates = folders.map { "\($0)/git" }
        return candidates.first(where: FileManager.default.isExecutableFile).map { URL(fileURLWithPath: $0) }
    }
}
