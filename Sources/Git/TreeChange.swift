/// The difference in one file between two trees, as `git diff-tree` prints it (git-diff-tree(1), "Raw output format").
struct TreeChange: Equatable {
    /// The mode of a submodule, which is a folder that git does not fill.
    static let submodule = "160000"

    /// The file's mode and object in one of the trees.
    struct Side: Equatable {
        let mode: String
        let object: String
    }

    let path: TreePath
    /// The file in the old tree; `nil` if the new tree adds the file.
    let old: Side?
    /// The file in the new tree; `nil` if the new tree has no such file.
    let new: Side?

    /// Parses the output of `git diff-tree -r -z --no-renames`.
    static func parse(_ output: [UInt8]) -> [TreeChange] {
        let fields = output.split(separator: 0)
        return stride(from: 0, to: fields.count - 1, by: 2).compactMap { index in
            // :100644 100644 OLD NEW M
            let columns = String(decoding: fields[index].dropFirst(), as: UTF8.self).split(separator: " ").map(
                String.init)
            guard columns.count == 5 else { return nil }
            func side(_ mode: String, _ object: String) -> Side? {
                mode == "000000" ? nil : Side(mode: mode, object: object)
            }
            return TreeChange(
                path: TreePath(fields[index + 1]), old: side(columns[0], columns[2]), new: side(columns[1], columns[3]))
        }
    }
}

extension TreeChange {
    /// Whether the change moves only a submodule.
    var isOfSubmodule: Bool { [old, new].allSatisfy { $0 == nil || $0?.mode == Self.submodule } }
}
