internal import Text

extension SubmoduleError {
    /// A person has changed files in the folder of a submodule.
    static func changed(_ files: [String], in submodule: SubmoduleClone) -> SubmoduleError {
        let listed = files.prefix(5).map { "\(submodule.path)/\($0)".escapedForDisplay }.joined(separator: ", ")
        let more = files.count > 5 ? " and \(files.count - 5) more" : ""
        let folder = submodule.clone.path
        return SubmoduleError(
            "the submodule \(submodule.path.escapedForDisplay) has local changes: \(listed)\(more)",
            hint: Remedy(
                .service("mv", "-T", folder, "\(folder).saved").then(.service("mkdir", folder)),
                note: "keeps the changes in \(folder).saved; the next push then deploys"
            ).description)
    }

    /// Files that git does not know have the paths of files of a new submodule.
    static func inTheWay(_ files: [String], of path: String, in root: String) -> SubmoduleError {
        let listed = files.prefix(5).map(\.escapedForDisplay).joined(separator: ", ")
        let more = files.count > 5 ? " and \(files.count - 5) more" : ""
        let folder = "\(root)/\(path)"
        return SubmoduleError(
            "untracked files are in the way of the submodule \(path.escapedForDisplay): \(listed)\(more)",
            hint: Remedy(
                .service("mv", "-T", folder, "\(folder).saved"),
                note: "moves the files away; the next push then deploys"
            ).description)
    }

    /// The folder of a submodule is a repository of its own, with commits that may be nowhere else.
    static func hasRepository(_ submodule: SubmoduleClone, in site: any WorkingClone) -> SubmoduleError {
        SubmoduleError(
            "the submodule \(submodule.path.escapedForDisplay) has a repository of its own in its folder",
            hint: Remedy(
                .git(in: site.path, "submodule", "absorbgitdirs", submodule.path),
                note: "moves the repository to .git/modules; the next push then deploys"
            ).description)
    }

    /// The path of a submodule is not a folder.
    static func noFolder(_ path: String) -> SubmoduleError {
        SubmoduleError(
            "the submodule \(path.escapedForDisplay) is below a symbolic link or in the place of a file",
            hint: "move the submodule in the repository")
    }
}
