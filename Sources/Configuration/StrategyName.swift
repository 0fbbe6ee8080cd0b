/// A strategy as the key `strategy` names it: how a site is brought to the commit of the ref that it follows.
public enum StrategyName: String, Sendable, CaseIterable {
    /// Runs `git pull --rebase` in a clone of one branch.
    case pull
    /// Checks out exactly the followed commit. The default for patterns of branches and for tags.
    case mirror
}
