import Foundation

/// An empty folder for one test. Releasing the object removes the folder with all its contents.
package final class TemporaryFolder: Sendable {
    /// The path of the folder, without symbolic links.
    package let path: String

    /// Creates a folder with a short path: the path of a unix socket has room for 107 bytes.
    package init() throws {
        var template = Array("/tmp/bellpull-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("cannot make a folder in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Creates a folder for the caller to remove, and returns its path, without symbolic links.
    package static func make() throws -> String {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("bellpull-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }
}
