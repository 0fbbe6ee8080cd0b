public import Git

/// The goal of a deployment. The ledger stores the order, and merges only deployments with equal orders.
public enum Order: Sendable, Hashable {
    /// Bring the site to the commit of the followed ref.
    case follow
    /// Bring the site to the given commit, wherever the followed ref points.
    case place(at: Commit)
}

extension Order: RawRepresentable {
    private static let placePrefix = "place "

    /// Reads `follow` or `place COMMIT` as stored in the ledger; `nil` for anything else.
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

    /// The order as stored in the ledger.
    public var rawValue: String {
        switch self {
        case .follow: "follow"
        case .place(let commit): Self.placePrefix + commit.description
        }
    }
}
