public import Text

/// The layers of the fence on this machine.
public struct FenceStatus: Sendable, Equatable {
    /// The version of Landlock (its ABI); 0 if the kernel has none.
    public let landlock: Int
    /// Whether steps run as another user, through systemd's socket.
    public let hasOtherUser: Bool
    /// The reason why the socket is there but does not work.
    public let socketProblem: Explanation?
    /// The folders of sites that the step's user cannot enter, with the reason.
    public var closed: [String: Explanation] = [:]

    /// Whether fenced steps can run.
    public var canFence: Bool { landlock > 0 && socketProblem == nil }

    /// Finds the layers. Asks the launcher of `socket`, if the socket is given.
    ///
    /// - Parameter folders: the folders of sites that the step's user must be able to enter.
    public static func probe(socket: String?, folders: [String] = []) -> FenceStatus {
        guard let socket else { return FenceStatus(landlock: Landlock.abi, hasOtherUser: false, socketProblem: nil) }
        do {
            let connection = try StepConnection.connect(to: socket)
            try connection.channel.send(StepRequest.probe(folders: folders))
            guard let (reply, _) = try connection.channel.receive(StepReply.self) else { throw FenceError.lostLauncher }
            if case .failed(let error) = reply { throw error }
            guard case .probed(let landlock, let closed) = reply else { throw FenceError.lostLauncher }
            return FenceStatus(
                landlock: landlock, hasOtherUser: true, socketProblem: nil, closed: closed.mapValues(\.explanation))
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
            "change modes of Bellpull's files", "use its unix sockets", "use all its memory", "use the network",
        ]
        if landlock < 3 { gaps.append("empty its files") }
        if landlock < 6 { gaps.append("end it, or stay behind") }
        return gaps
    }
}
