public import Fence

/// Where and how the steps of all sites run.
public struct StepFence: Sendable {
    /// Runs the commands.
    public let runner: FenceRunner
    /// The folders of all sites, the configuration and the state folder: hidden from the steps of other users.
    public let hidden: [String]
    /// The folder for the output of running deployments, and for the notes of finished `after` steps.
    public let stateFolder: String
    /// The `PATH` of the steps.
    public let path: String

    /// Creates the surroundings of steps.
    public init(runner: FenceRunner, hidden: [String], stateFolder: String, path: String) {
        self.runner = runner
        self.hidden = hidden
        self.stateFolder = stateFolder
        self.path = path
    }
}
