import Foundation

/// A folder for one test, gone with it.
final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of what is called `name` in it.
    func path(of name: String) -> String { url.appendingPathComponent(name).path }
}
