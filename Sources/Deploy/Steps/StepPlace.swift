internal import Git

/// Where a step runs, and for which commit.
package struct StepPlace {
    /// The folder that the step runs in.
    var folder: String
    /// Whether the step may write there.
    var isWritable: Bool
    /// What the step may read of the folder, if not all of it.
    var readable: [String]?
    /// The home of the steps.
    var home: String
    /// The folder of the paths that releases share; `nil` for a site without releases.
    var shared: String?
    var commit: Commit
    /// The followed ref that the commit was found at; `nil` if the commit was ordered by name.
    var ref: String?
    /// The commit that is or was live.
    var previousCommit: Commit?
    /// The folder of the release that is or was live.
    var previousRelease: String?
    /// Whether the folder is a release.
    var isRelease: Bool
}
