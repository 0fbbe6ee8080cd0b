import Foundation

/// A folder of a test's own, removed with all that is in it when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // Short, as the path of a unix socket has room for 107 bytes.
        var template = Array("/tmp/bellpull-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("cannot make a folder in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

/// Why a test cannot go on: something beside Bellpull is not as it should be.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Whether `condition` comes to hold within `time`.
func eventually(within time: Duration = .seconds(5), _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + time
    while try !condition() {
        guard deadline > .now else { return false }
        usleep(5000)
    }
    return true
}
