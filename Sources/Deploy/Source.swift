package import Git

/// What a clone says about its origin: its repository and what the clone follows.
package struct Source: Sendable, Equatable {
    package let repository: RepositoryName
    package let follows: RefPattern

    package init(repository: RepositoryName, follows: RefPattern) {
        self.repository = repository
        self.follows = follows
    }
}
