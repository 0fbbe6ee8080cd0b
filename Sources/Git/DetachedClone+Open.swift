public import Processes

extension DetachedClone {
    /// Opens the clone at `path`, whatever it is at.
    ///
    /// - Parameter limits: how long git may take.
    public static func open(at path: String, _ limits: Limits) throws(CloneError) -> DetachedClone {
        let layout = try RepositoryLayout.find(path, limits)
        do {
            let remotes = try layout.git.output(of: ["remote"], limits).split(separator: "\n").map(String.init)
            guard let remote = remotes.first(where: { $0 == "origin" }) ?? remotes.first else {
                throw CloneError.noRemote(path: layout.root)
            }
            return DetachedClone(
                path: layout.root, gitDirectory: layout.gitDirectory, remote: remote, git: layout.git,
                references: References(gitDirectory: layout.gitDirectory, commonDirectory: layout.commonDirectory))
        } catch let error as CloneError {
            throw error
        } catch {
            throw CloneError(error, path: path)
        }
    }
}
