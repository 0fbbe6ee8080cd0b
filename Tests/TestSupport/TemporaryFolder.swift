import Foundation

/// An empty folder for one test, which is removed with all its contents when the test releases it.
package final class TemporaryFolder: Sendable {
    /// The folder's path, which has no symbolic links.
    package let path: String

    /// Makes a folder whose path is short: the path of a unix socket has room for 107 bytes.
    package init() throws {
        var template = Array("/tmp/bellpull-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("cannot make a folder in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a folder that the caller removes, and returns its path, which has no symbolic links.
    package static func make() throws -> String {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("bellpull-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }
}
