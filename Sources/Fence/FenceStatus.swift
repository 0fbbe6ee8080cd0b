public import Text

/// The layers of the fence on this machine.
public struct FenceStatus: Sendable, Equatable {
    /// The version of Landlock (its ABI); 0 if the kernel has none.
    public let landlock: Int
    /// Whether steps run as another user, through systemd's socket.
    public let hasOtherUser: Bool
    /// The reason why the socket is there but does not work.
    public let socketProblem: Explanation?

    /// Whether fenced steps can run.
    public var canFence: Bool { landlock > 0 && socketProblem == nil }

    /// Finds the layers. Asks the launcher of `socket`, if the socket is given.
    public static func probe(socket: String?) -> FenceStatus {
        guard let socket else { return FenceStatus(landlock: Landlock.abi, hasOtherUser: false, socketProblem: nil) }
        do {
            let connection = try StepConnection.connect(to: socket)
            try connection.channel.send(StepRequest.probe)
            guard let (reply, _) = try connection.channel.receive(StepReply.self) else { throw FenceError.lostLauncher }
            if case .failed(let error) = reply { throw error }
            guard case .probed(let landlock) = reply else { throw FenceError.lostLauncher }
            return FenceStatus(landlock: landlock, hasOtherUser: true, socketProblem: nil)
        } catch {
            let explanation = (error as? FenceError)?.explanation ?? Explanation("\(socket): \(error)")
            return FenceStatus(landlock: Landlock.abi, hasOtherUser: true, socketProblem: explanation)
        }
    }

    /// What the layers do not stop a step from doing. Each entry continues the sentence "a step can".
    public var unstopped: [String] {
        guard landlock > 0 else { return [] }
        guard !hasOtherUser else { return ["use the network"] }
        var gaps = [
            "change modes and times of all files of Bellpull's user",
            "connect to the unix sockets that Bellpull's user may connect to",
            "use all memory and processes that Bellpull may use", "use the network",
        ]
        if landlock < 3 { gaps.append("empty all files that Bellpull's user may write to") }
        if landlock < 6 { gaps.append("send signals to Bellpull, and so end it or stay behind") }
        return gaps
    }
}
