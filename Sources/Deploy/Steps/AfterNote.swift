internal import Foundation
internal import Git

/// The commit for which the step `after` of a site ran last, in a file of the state folder.
struct AfterNote {
    private let path: String

    init(in folder: String, of site: String) {
        path = "\(folder)/after/\(site)"
    }

    var commit: Commit? {
        FileManager.default.contents(atPath: path)
            .flatMap { Commit(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .newlines)) }
    }

    func write(_ commit: Commit) {
        mkdir((path as NSString).deletingLastPathComponent, 0o755)
        try? AtomicFile(path).write(Data("\(commit)\n".utf8))
    }
}
