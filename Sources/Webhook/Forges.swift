/// All forges, or one expected forge. Recognizes the forge of a delivery by the headers.
public struct Forges: Forge {
    /// The error that the headers name no known forge.
    public struct UnknownForge: Error, Equatable, Sendable {}

    private let only: ForgeName?
    private let acceptsSHA1: Bool

    /// Creates the set of accepted forges.
    ///
    /// - Parameters:
    ///   - only: the expected forge, or `nil` to accept all forges. The headers of other forges are not read.
    ///   - acceptsSHA1: whether GitHub's older signature alone is enough.
    public init(only: ForgeName? = nil, acceptsSHA1: Bool = true) {
        self.only = only
        self.acceptsSHA1 = acceptsSHA1
    }

    /// Reads the headers as their forge defines them.
    ///
    /// - Throws: `UnknownForge` if no header names a forge. Otherwise see `Forge.delivery(_:)`.
    public func delivery(_ header: Delivery.HeaderLookup) throws -> Delivery {
        try forge(named: only ?? Self.sender(header)).delivery(header)
    }

    /// Decodes the delivery as its forge encodes it.
    public func event(of delivery: Delivery, in verified: VerifiedBody) throws -> Delivery.Event {
        try forge(named: delivery.forge).event(of: delivery, in: verified)
    }

    private static func sender(_ header: Delivery.HeaderLookup) throws -> ForgeName {
        let sender = try ForgeName.allCases.first { name in
            try Delivery.value(of: name.eventHeader, header).map(name.sends) ?? false
        }
        guard let sender else { throw UnknownForge() }
        return sender
    }

    private func forge(named name: ForgeName) -> any Forge {
        switch name {
        case .forgejo: Gitea(.forgejo)
        case .gitea: Gitea(.gitea)
        case .gogs: Gitea(.gogs)
        case .gitlab: GitLab()
        case .bitbucketServer: BitbucketServer()
        case .bitbucket: Bitbucket()
        case .github: GitHub(acceptsSHA1: acceptsSHA1)
        }
    }
}
