internal import Foundation

/// The submodules in the work tree of a clone, as recorded in `.git/bellpull-submodules/placed.json`.
struct SubmoduleRecord: Codable, Equatable {
    struct Entry: Codable, Equatable {
        /// The path from the root of the site.
        let path: String
        /// The path of the store.
        let store: String
        /// The URL, without credentials.
        let url: String
        /// The commit that is placed, or is to be placed in a new folder.
        let commit: String
        /// The commit that is to replace `commit`; `nil` if nothing is to be changed.
        var target: String?
    }

    /// The commit of the site that the submodules belong to; `nil` while they are being changed.
    var commit: String?
    /// The submodules in their order, each after the one that it is nested in.
    var entries: [Entry]

    static let none = SubmoduleRecord(commit: nil, entries: [])

    /// Reads the record in the repository at `gitDirectory`.
    init?(in gitDirectory: String) {
        guard let json = FileManager.default.contents(atPath: Self.file(gitDirectory)),
            let record = try? JSONDecoder().decode(Self.self, from: json)
        else { return nil }
        self = record
    }

    init(commit: String?, entries: [Entry]) {
        (self.commit, self.entries) = (commit, entries)
    }

    /// Replaces the record in the repository at `gitDirectory`.
    func write(in gitDirectory: String) throws(GitError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let file = Self.file(gitDirectory)
        mkdir((file as NSString).deletingLastPathComponent, 0o700)
        do {
            try encoder.encode(self).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw GitError(
                arguments: ["submodule"], termination: nil,
                message: "cannot write \(file): \(error.localizedDescription)")
        }
    }

    private static func file(_ gitDirectory: String) -> String {
        "\(gitDirectory)/\(SubmoduleStore.folderName)/placed.json"
    }
}
