package import Git

/// The origin of a clone: its repository and the followed refs.
package struct Source: Sendable, Equatable {
    package let repository: RepositoryName
    package let follows: RefPattern

    package init(repository: RepositoryName, follows: RefPattern) {
        self.repository = repository
        self.follows = follows
    }
}
