public import Text
internal import Foundation

/// The reason why a command was not run behind the fence, or why the fence could not be taken down again.
public enum FenceError: Error, Codable, Sendable, Equatable {
    /// The kernel has no Landlock.
    case noLandlock
    /// The socket of `bellpull-step.socket` refused the connection.
    case socketRefused(path: String, reason: String)
    /// The launcher cannot be started.
    case noLauncher(path: String, reason: String)
    /// The launcher ended without an answer, so nobody knows how the command ended.
    case lostLauncher
    /// The launcher answers nobody but Bellpull's user.
    case foreignCaller(user: UInt32)
    /// A file or folder that the command needs cannot be opened.
    case unusable(path: String, reason: String)
    /// The step's user may not enter a folder on the way to the command's files.
    case closed(folder: String, user: String)
    /// A folder that the command must be able to change belongs to somebody else.
    case foreignFolder(path: String)
    /// The kernel refused a mount of the step's own view of the files.
    case mountRefused(path: String, reason: String)
    /// Another system call failed.
    case failed(action: String, reason: String)

    /// The explanation for people.
    public var explanation: Explanation {
        switch self {
        case .noLandlock:
            Explanation(
                "the kernel has no Landlock, so steps cannot be fenced",
                hint: "boot a kernel of 5.13 or later with landlock in lsm=, or name the steps in unfenced")
        case .socketRefused(let path, let reason):
            Explanation("\(path): \(reason)", hint: "systemctl restart bellpull-step.socket")
        case .noLauncher(let path, let reason):
            Explanation("cannot start \(path): \(reason)")
        case .lostLauncher:
            Explanation("the step's launcher ended without an answer", hint: "journalctl -u 'bellpull-step@*' -n 20")
        case .foreignCaller(let user):
            Explanation(
                "the step's launcher does not work for user \(user)",
                hint: "run Bellpull as the user of bellpull-step.socket (SocketUser=)")
        case .unusable(let path, let reason):
            Explanation("\(path): \(reason)")
        case .closed(let folder, let user):
            Explanation(
                "\(user) may not enter \(folder), so steps cannot reach their files",
                remedy: Remedy(ShellCommand("chmod", "o+x", folder), note: "lets everybody pass, but not list names"))
        case .foreignFolder(let path):
            Self.foreign(path)
        case .mountRefused(let path, let reason):
            Explanation(
                "\(path): the kernel refused the mount: \(reason)",
                hint: "compare the unit with the shipped bellpull-step@.service: systemctl cat bellpull-step@")
        case .failed(let action, let reason):
            Explanation("cannot \(action): \(reason)")
        }
    }

    private static func foreign(_ path: String) -> Explanation {
        var status = stat()
        let owner =
            lstat(path, &status) == 0 ? getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } : nil
        let fact = "\(path) belongs to \(owner ?? "somebody else"), so the step could not change it"
        guard owner == stepUser else { return Explanation(fact, remedy: Remedy(.giveToService(path))) }
        return Explanation(
            fact,
            hint: "systemctl enable --now bellpull-step.socket && systemctl reload bellpull  "
                + "# or, to run the steps as bellpull: \(ShellCommand.giveToService(path))"
        )
    }

    /// The user of the shipped bellpull-step@.service.
    private static let stepUser = "bellpull-step"

    /// Creates an error for `action` from `errno`.
    static func system(_ action: String) -> FenceError { .failed(action: action, reason: reason) }

    /// The text of `errno`.
    static var reason: String { String(cString: strerror(errno)) }
}
