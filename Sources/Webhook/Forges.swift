/// All forges, or the one that is expected: each delivery is left to the forge that its headers tell of.
public struct Forges: Forge {
    private let only: ForgeName?
    private let acceptsSHA1: Bool

    /// All forges, told apart by their headers.
    ///
    /// - Parameters:
    ///   - only: the forge that is expected. Only its headers are looked at.
    ///   - acceptsSHA1: whether GitHub may verify a delivery by its older signature alone.
    public init(only: ForgeName? = nil, acceptsSHA1: Bool = true) {
        self.only = only
        self.acceptsSHA1 = acceptsSHA1
    }

    /// Reads the headers of the forge that sent them; of GitHub if they tell of none.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        try forge(named: only ?? Self.sender(header)).delivery(header)
    }

    /// Decodes the delivery as its forge does.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        try forge(named: delivery.forge).event(of: delivery, in: verified)
    }

    private static func sender(_ header: Delivery.HeaderLookup) throws -> ForgeName {
        try ForgeName.allCases.first { try Delivery.value(of: $0.eventHeader, header) != nil } ?? .github
    }

    private func forge(named name: ForgeName) -> any Forge {
        switch name {
        case .forgejo: Gitea(isForgejo: true)
        case .gitea: Gitea()
        case .gitlab: GitLab()
        case .bitbucket: Bitbucket()
        case .github: GitHub(acceptsSHA1: acceptsSHA1)
        }
    }
}
