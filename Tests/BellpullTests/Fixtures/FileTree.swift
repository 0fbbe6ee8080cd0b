import Foundation
import TestSupport

/// A temporary folder. Removes the folder on deinit.
final class FileTree: Sendable {
    let path: String

    init() throws { path = try TemporaryFolder.make() }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Returns the path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes `text` to the file `name`, and creates the folders above the file.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let url = URL(fileURLWithPath: self(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }
}
