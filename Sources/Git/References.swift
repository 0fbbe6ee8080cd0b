internal import Foundation

/// A repository's references as its files say (gitrepository-layout(5)), for the one question that is asked at every
/// push and is not worth a process: where is this branch?
struct References: Sendable {
    let gitDirectory: String
    let commonDirectory: String

    /// The reference that HEAD stands for, or `nil` if it is detached.
    var head: String? {
        guard let text = contents("\(gitDirectory)/HEAD"), text.hasPrefix("ref: ") else { return nil }
        return String(text.dropFirst(5))
    }

    /// The commit HEAD is at if it stands for no reference.
    var detachedHead: Commit? { contents("\(gitDirectory)/HEAD").flatMap { Commit($0) } }

    /// The commit `ref` is at, loose or packed.
    func commit(of ref: String) -> Commit? {
        if let text = contents("\(commonDirectory)/\(ref)") { return Commit(text) }
        guard let packed = contents("\(commonDirectory)/packed-refs") else { return nil }
        let line = packed.split(separator: "\n").first { $0.hasSuffix(" \(ref)") }
        return line.flatMap { Commit($0.prefix { $0 != " " }) }
    }

    private func contents(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
