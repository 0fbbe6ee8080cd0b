/// The fix for a problem: a command, a note, or both.
///
/// The text of a remedy with a command can be pasted as a whole. To the shell the note is a comment:
///
///     runuser -u bellpull -- git -C /srv/blog stash  # puts the changes aside; the next push deploys
public struct Remedy: Sendable, Equatable, CustomStringConvertible {
    /// The command; `nil` if no command helps.
    public let command: ShellCommand?
    /// What the command does, what remains to be done, or what else helps.
    public let note: String?

    /// Creates a remedy with a command.
    public init(_ command: ShellCommand, note: String? = nil) {
        self.command = command
        self.note = note
    }

    /// Creates a remedy without a command.
    public init(note: String) {
        command = nil
        self.note = note
    }

    /// The remedy in one line.
    public var description: String {
        // A line break would end the comment.
        let note = note.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
        return [command?.description, note].compactMap(\.self).joined(separator: "  # ")
    }
}
