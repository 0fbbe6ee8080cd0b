public import Git

/// What a deployment was asked for. The ledger stores the order, and merges only deployments with equal orders.
public enum Order: Sendable, Hashable {
    /// Bring the site to the commit that the followed ref points to.
    case follow
    /// Bring the site to this commit, wherever the followed ref points.
    case place(at: Commit)
}

extension Order: RawRepresentable {
    private static let placePrefix = "place "

    /// Reads `follow` or `place COMMIT`, as the ledger stores them; `nil` for anything else.
    public init?(rawValue: String) {
        if rawValue == "follow" {
            self = .follow
        } else if rawValue.hasPrefix(Self.placePrefix), let commit = Commit(rawValue.dropFirst(Self.placePrefix.count))
        {
            self = .place(at: commit)
        } else {
            return nil
        }
    }

    /// The order as the ledger stores it.
    public var rawValue: String {
        switch self {
        case .follow: "follow"
        case .place(let commit): Self.placePrefix + commit.description
        }
    }
}
