import Foundation

/// A temporary folder, deleted when released.
final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of the file `name` in the folder.
    func path(of name: String) -> String { url.appendingPathComponent(name).path }
}
