public import Processes
public import Text
internal import Foundation

/// A git command that did not do what it was asked, with the evidence: its arguments, how it ended, what it said last.
///
/// Credentials in URLs are taken out of all of it.
public struct GitError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The arguments, without the settings that every command gets.
    public let arguments: [String]
    /// How it ended; `nil` if it could not be started.
    public let end: Command.End?
    /// The last lines of standard error.
    public let message: String

    /// There is no git to run.
    static let noExecutable = GitError(arguments: [], end: nil, message: "there is no git in PATH")

    init(arguments: [String], end: Command.End?, message: String) {
        self.arguments = arguments.map(\.redactingCredentials)
        self.end = end
        self.message = message.redactingCredentials
    }

    /// The error of a command that ended like this.
    public init(arguments: [String], completion: Command.Completion) {
        let text = completion.errors.isEmpty ? completion.output : completion.errors
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("hint:") }.suffix(20)
        self.init(arguments: arguments, end: completion.end, message: lines.joined(separator: "\n"))
    }

    /// The command and what became of it, in one line.
    public var description: String {
        let command = (["git"] + arguments.prefix(2)).joined(separator: " ")
        switch end {
        case nil: return message
        case .exited(let status): return "\(command) exited with status \(status): \(firstLine)"
        case .killed(let signal): return "\(command) was ended by signal \(signal)"
        case .timedOut: return "\(command) took too long and was ended"
        case .cancelled: return "\(command) was ended, as bellpull is stopping"
        }
    }

    /// The description, without a hint.
    public var explanation: Explanation { Explanation(description) }

    /// The line that says most: git's first `fatal:` or `error:`, or else the last line.
    public var firstLine: String {
        let lines = message.split(whereSeparator: \.isNewline)
        let line = lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") } ?? lines.last ?? "it said nothing"
        return String(line)
    }
}
