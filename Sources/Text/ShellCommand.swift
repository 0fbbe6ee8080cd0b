/// A command line of a POSIX shell, to be pasted by root.
public struct ShellCommand: Sendable, Equatable, CustomStringConvertible {
    /// The command line.
    public let description: String

    /// Creates the command with these words. Each word is quoted for the shell.
    public init(_ words: String...) {
        self.init(words: words)
    }

    /// Creates the command with these words. Each word is quoted for the shell.
    public init(words: [String]) {
        description = words.map(\.quotedForShell).joined(separator: " ")
    }

    /// Creates a command line from its text.
    ///
    /// - Parameter script: the text, with its variable parts quoted for the shell.
    public init(script: String) {
        description = script
    }

    /// Returns the command with these words, run by the service's user. The service could not replace files of root in a
    /// clone, and git refuses to work for root in another user's clone.
    public static func service(_ words: String...) -> ShellCommand { service(words: words) }

    /// Returns the command with these words, run by the service's user.
    public static func service(words: [String]) -> ShellCommand {
        let user = ServiceUser.current
        return ShellCommand(words: user.isRoot ? words : ["runuser", "-u", user.name, "--"] + words)
    }

    /// Returns the lines of `script`, run by a shell of the service's user. `~` is the user's home.
    public static func service(script: String) -> ShellCommand { service("sh", "-c", script) }

    /// Returns `git -C path words…`, run by the service's user.
    public static func git(in path: String, _ words: String...) -> ShellCommand {
        service(words: ["git", "-C", path] + words)
    }

    /// Returns a command that creates the empty folder `path` for the service's user.
    public static func makeFolder(_ path: String) -> ShellCommand {
        ShellCommand("install", "-d", "-o", ServiceUser.current.name, path)
    }

    /// Returns a command that gives `path` and its contents to the service's user.
    public static func giveToService(_ path: String) -> ShellCommand {
        ShellCommand("chown", "-R", "\(ServiceUser.current.name):", path)
    }

    /// Returns a command that makes the disk with `path` writable.
    public static func remount(_ path: String) -> ShellCommand {
        ShellCommand(script: "mount -o remount,rw \"$(findmnt -no TARGET -T \(path.quotedForShell))\"")
    }

    /// Returns this command, followed by `next` if this command succeeds.
    public func then(_ next: ShellCommand) -> ShellCommand { ShellCommand(script: "\(self) && \(next)") }
}
