public import Processes
public import Text
internal import Foundation

/// The failure of a git command, with the evidence: the arguments, the termination and the last lines of output.
///
/// Credentials in URLs are replaced by `***` in all of them.
public struct GitError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The arguments, without the settings common to all commands.
    public let arguments: [String]
    /// How git terminated; `nil` if git could not be started.
    public let termination: Command.Termination?
    /// The last 40 lines of standard error, without progress, or of standard output if git wrote no errors.
    public let message: String
    /// The untracked files that git refuses to overwrite.
    public let pathsInTheWay: [String]

    /// The failure when `PATH` has no git.
    static let noExecutable = GitError(arguments: [], termination: nil, message: "there is no git in PATH")

    init(arguments: [String], termination: Command.Termination?, message: String, pathsInTheWay: [String] = []) {
        self.arguments = arguments.map(\.redactingCredentials)
        self.pathsInTheWay = pathsInTheWay
        self.termination = termination
        self.message = message.redactingCredentials
    }

    /// Creates the error of a command with this completion.
    public init(arguments: [String], completion: Command.Completion) {
        let text = completion.errors.isEmpty ? completion.output : completion.errors
        let lines = Self.lines(of: text).filter { !$0.hasPrefix("hint:") && !Self.isProgress($0) }
        self.init(
            arguments: arguments, termination: completion.termination,
            message: lines.suffix(40).joined(separator: "\n"), pathsInTheWay: Self.pathsInTheWay(lines))
    }

    /// Returns the lines as a terminal shows them: a carriage return within a line starts the line anew, as in progress,
    /// and one before the line feed, as from ssh, does nothing.
    private static func lines(of text: String) -> [Substring] {
        text.unicodeScalars.split(separator: "\n").compactMap { line in
            guard let piece = line.split(separator: "\r").last.map({ Substring($0) }) else { return nil }
            guard piece.hasPrefix("remote: ") else { return piece }
            // Git pads the lines of the remote with spaces.
            return piece.lastIndex { $0 != " " }.map { piece[...$0] }
        }
    }

    /// Whether git or the remote tells how far it is, such as `remote: Counting objects: 100% (3/3), done.`
    private static func isProgress(_ line: Substring) -> Bool {
        line.contains(#/^(remote: )?[A-Z][a-z ]+: +(\d+% \(\d+\/\d+\)|\d+, done\.)/#)
            || line.hasPrefix("remote: Total ")
    }

    /// Finds the files below git's words. Each is in a line of its own after a tab.
    private static func pathsInTheWay(_ lines: [Substring]) -> [String] {
        let words = ["untracked working tree files would be", "would lose untracked files in them"]
        var (isList, paths) = (false, [String]())
        for line in lines {
            if line.hasPrefix("\t") {
                if isList { paths.append(String(line.dropFirst())) }
            } else {
                isList = words.contains { line.contains($0) }
            }
        }
        return paths
    }

    /// The command and its termination, in one line.
    public var description: String {
        let command = (["git"] + arguments.prefix(2)).joined(separator: " ")
        switch termination {
        case nil: return message
        case .exited(let status): return "\(command) exited with status \(status): \(firstLine)"
        case .killed(let signal): return "\(command) was killed by signal \(signal)"
        case .timedOut: return "\(command) timed out"
        case .cancelled: return "\(command) was stopped, because bellpull is stopping"
        }
    }

    /// The description, without a hint.
    public var explanation: Explanation { Explanation(description) }

    /// The line that explains the failure: the first `ERROR:` of the remote, or else the first `fatal:` or `error:` of
    /// git, or else the last line.
    public var firstLine: String {
        let line = remoteError ?? lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") } ?? lines.last
        return line.map(String.init) ?? "git printed nothing"
    }

    /// The forge's own words: its first error, or else its first line; `nil` if the forge said nothing.
    public var remoteLine: String? {
        let said = lines.first { $0.hasPrefix("remote: ") && $0.dropFirst(8).contains(where: \.isLetter) }
        return (remoteError ?? said).map { String($0) }
    }

    private var remoteError: Substring? {
        lines.first { line in
            ["ERROR:", "remote: ERROR:", "Gitea: ", "Forgejo: ", "Gogs: "].contains(where: line.hasPrefix)
        }
    }

    /// The lines of the message.
    public var lines: [Substring] { message.split(separator: "\n") }
}
