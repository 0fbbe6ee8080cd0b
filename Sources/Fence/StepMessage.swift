/// A request to the launcher.
enum StepRequest: Codable {
    /// Runs a command, with `temporary` as the new temporary folder.
    case run(FencedCommand, temporary: String)
    /// Gives a folder back that a killed launcher left with the step's user.
    case reclaim(folder: String)
    /// Asks which fence the launcher can build.
    case probe
}

/// The answer of the launcher.
enum StepReply: Codable {
    case completed(FenceCompletion)
    case reclaimed
    case probed(landlock: Int)
    case failed(FenceError)
}
