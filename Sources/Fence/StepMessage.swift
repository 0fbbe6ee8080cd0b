/// A request to the launcher.
enum StepRequest: Codable {
    /// Runs a command, with `temporary` as the new temporary folder.
    case run(FencedCommand, temporary: String)
    /// Gives a folder back that a killed launcher left with the step's user.
    case reclaim(folder: String)
    /// Asks which fence the launcher can build, and which of these folders the step's user may not enter.
    case probe(folders: [String])
}

/// The answer of the launcher.
enum StepReply: Codable {
    case completed(FenceCompletion)
    case reclaimed
    case probed(landlock: Int, closed: [String: FenceError])
    case failed(FenceError)
}
