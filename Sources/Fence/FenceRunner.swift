internal import CFence
internal import Foundation
public import Processes

/// Runs commands of committers behind the fence: as another user if systemd's socket is there, and by Landlock always.
public struct FenceRunner: Sendable {
    private let launcher: [String]
    private let socket: String?

    /// How long the launcher may take, after the end of a command, to take the folders back.
    private static let patience = Duration.seconds(60)

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - launcher: the program that launches a step as Bellpull's own user, and its arguments.
    ///   - socket: the socket of `bellpull-step.socket`; `nil` to run each step as Bellpull's own user.
    public init(launcher: [String] = ["/proc/self/exe", Launcher.subcommand], socket: String?) {
        self.launcher = launcher
        self.socket = socket
    }

    /// Runs `command` and waits for its end. Ends the command at its time limit, or at the limits' deadline.
    ///
    /// Call from a plain thread: the call blocks.
    ///
    /// - Parameter output: receives standard output and standard error as they arrive. The command waits while the function
    ///   runs, so that little output is in memory.
    /// - Throws: `FenceError` if the command was not started, or nobody knows its end.
    public func run(
        _ command: FencedCommand, _ limits: Limits, output: (UnsafeRawBufferPointer) -> Void
    ) throws -> FenceCompletion {
        guard !limits.cancellation.isCancelled else { return FenceCompletion(termination: .cancelled) }
        if mkdir(command.home, 0o700) != 0, errno != EEXIST {
            throw FenceError.unusable(path: command.home, reason: FenceError.reason)
        }
        guard let connection = try connect(command) else {
            return FenceCompletion(termination: .cancelled)
        }
        var command = command
        command.timeout = min(command.timeout, ContinuousClock.now.duration(to: limits.deadline) / .seconds(1))
        let temporary = TemporaryStepFolder.newPath(isIsolated: isIsolated(command))
        var conversation = try StepConversation(connection)
        do {
            try conversation.request(.run(command, temporary: temporary))
            let reply = try conversation.awaitReply(
                limits.cancellation, until: .now + .seconds(command.timeout) + Self.patience, output)
            connection.endLauncher()
            return try reply.completion
        } catch FenceError.lostLauncher {
            connection.endLauncher()
            try cleanUp(after: command, temporary)
            throw FenceError.lostLauncher
        }
    }

    /// Gives a folder back that a killed launcher left with the step's user. Does nothing if steps run as Bellpull's own user.
    public func reclaim(_ folder: String) throws {
        guard let socket else { return }
        let connection = try StepConnection.connect(to: socket)
        try connection.channel.send(StepRequest.reclaim(folder: folder))
        connection.channel.limitWaiting(to: Int(Self.patience / .seconds(1)))
        guard let (reply, _) = try connection.channel.receive(StepReply.self) else { throw FenceError.lostLauncher }
        if case .failed(let error) = reply { throw error }
    }

    /// Ends the commands, and removes the temporary folders, that a Bellpull and its launchers have left if all of them were
    /// killed. Call once, when the program starts.
    public static func removeRemains() { TemporaryStepFolder.removeRemains() }

    private func connect(_ command: FencedCommand) throws -> StepConnection? {
        guard let socket, isIsolated(command) else { return try StepConnection.start(launcher) }
        return try StepConnection.connect(to: socket)
    }

    /// Whether the command runs as the step's user. An unfenced command is Bellpull's own.
    private func isIsolated(_ command: FencedCommand) -> Bool { socket != nil && !command.isUnfenced }

    /// Ends the command of a killed launcher, and takes its folders back. systemd ends the processes of an isolated step.
    private func cleanUp(after command: FencedCommand, _ temporary: String) throws {
        if isIsolated(command) {
            for folder in command.handedOver { try reclaim(folder) }
        } else {
            StepOrphans(temporary: temporary).end()
            TemporaryStepFolder.remove(temporary)
        }
    }
}
