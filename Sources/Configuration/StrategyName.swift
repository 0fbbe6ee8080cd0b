/// A value of the key `strategy`: the way to bring a site to the commit of the followed ref.
public enum StrategyName: String, Sendable, CaseIterable {
    /// Runs `git pull --rebase` in a clone of one branch.
    case pull
    /// Checks out exactly the followed commit. The default for patterns of branches and for tags.
    case mirror
    /// Lays out exactly the followed commit in a new folder, and swaps the folder in.
    case release
}
