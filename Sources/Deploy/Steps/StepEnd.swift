internal import Git

/// How a step ended.
enum StepEnd: Equatable {
    /// The command exited with 0, or there is no command.
    case passed
    case failed(Failure)
    /// A newer push of this commit ended the step.
    case superseded(Commit)
    /// Somebody pinned the site, which ended the build.
    case pinned
    /// Bellpull is stopping.
    case interrupted
}
