import Foundation

/// A file of the repository that is not compiled.
package enum ProjectFile {
    /// Returns the text of the file at `path`, from the repository's root.
    package static func text(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        return try String(contentsOf: root.appendingPathComponent(path).standardized, encoding: .utf8)
    }
}
