import Deploy
import Git
import Testing

extension Site {
    /// Creates a site on the branch `main` of `alice/blog`.
    package static func fake(
        _ strategy: any Strategy, name: String = "blog", timeout: Duration = .seconds(20), catchUp: Duration? = nil,
        steps: SiteSteps = SiteSteps()
    ) throws -> Site {
        Site(
            name: name, repository: RepositoryName("alice/blog"),
            follows: RefPattern(try #require(Branch(name: "main"))), timeout: timeout, catchUp: catchUp,
            steps: steps, strategy: strategy)
    }
}

extension Commit {
    /// Returns a nonexistent commit, different for every number.
    package static func fake(_ number: Int) throws -> Commit {
        let digits = String(number, radix: 16)
        return try #require(Commit("c" + String(repeating: "0", count: 39 - digits.count) + digits))
    }
}
