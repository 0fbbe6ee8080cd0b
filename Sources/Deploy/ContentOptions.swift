/// The parts of a site that are not in its own repository.
public struct ContentOptions: Sendable, Equatable {
    /// The URLs of submodules that are allowed in addition to those that the remote implies; `nil` if submodules are not
    /// fetched.
    public let submodules: [String]?
    /// Whether the files in git-lfs are fetched; `nil` if the clone's own configuration decides.
    public let lfs: Bool?

    /// Creates options.
    public init(submodules: [String]? = nil, lfs: Bool? = nil) {
        (self.submodules, self.lfs) = (submodules, lfs)
    }
}
