internal import Foundation
internal import Git

/// The commit for which the step `after` of a site ran last, in a file of the state folder.
struct AfterNote {
    private let path: String

    /// In place of a commit, if the site was never deployed.
    private static let nowhere = "nowhere"

    init(in folder: String, of site: String) {
        path = "\(folder)/after/\(site)"
    }

    /// Whether there is a note.
    var isThere: Bool { text != nil }

    /// Whether the step ran for another commit than `commit`, or was still to run. False without a note.
    func isBehind(_ commit: Commit) -> Bool { text.map { $0 != commit.description } ?? false }

    private var text: String? {
        FileManager.default.contents(atPath: path)
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .newlines) }
    }

    /// Notes that the step ran for `commit`; `nil` for a site that was never deployed.
    func write(_ commit: Commit?) {
        mkdir((path as NSString).deletingLastPathComponent, 0o755)
        try? AtomicFile(path).write(Data("\(commit?.description ?? Self.nowhere)\n".utf8))
    }
}
