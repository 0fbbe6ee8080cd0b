extension Checkout {
    /// Opens the clone at `path`, whatever it is at.
    ///
    /// - Parameter limits: how long git may take.
    public static func open(at path: String, _ limits: Git.Limits) throws(CloneError) -> Checkout {
        let place = try Place.find(path, limits)
        do {
            let remotes = try place.git.output(of: ["remote"], limits).split(separator: "\n").map(String.init)
            guard let remote = remotes.first(where: { $0 == "origin" }) ?? remotes.first else {
                throw CloneError.noRemote(path: place.root)
            }
            return Checkout(
                path: place.root, gitDirectory: place.gitDirectory, remote: remote, git: place.git,
                references: References(gitDirectory: place.gitDirectory, commonDirectory: place.commonDirectory))
        } catch let error as CloneError {
            throw error
        } catch {
            throw CloneError(error, path: path)
        }
    }
}
