import Foundation

/// What the files of a unit say, its own and its drop-ins (systemd.unit(5)); systemd itself is not asked.
struct SystemdUnit {
    private let settings: [(key: String, value: String)]

    /// Where units are, what comes first having precedence, unless `SYSTEMD_UNIT_PATH` says otherwise.
    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    ]

    /// The unit `name`, or `nil` if there is none that can be read.
    init?(_ name: String, environment: [String: String]) {
        let folders = environment["SYSTEMD_UNIT_PATH"]?.split(separator: ":").map(String.init) ?? Self.folders
        let files = FileManager.default
        guard let main = folders.lazy.compactMap({ files.contents(atPath: "\($0)/\(name)") }).first else { return nil }
        // A drop-in in a folder with precedence stands for those of its name in the others.
        var dropIns: [String: String] = [:]
        for folder in folders.reversed() {
            for file in (try? files.contentsOfDirectory(atPath: "\(folder)/\(name).d")) ?? []
            where file.hasSuffix(".conf") {
                dropIns[file] = "\(folder)/\(name).d/\(file)"
            }
        }
        let texts = [main] + dropIns.sorted { $0.key < $1.key }.compactMap { files.contents(atPath: $0.value) }
        settings = texts.flatMap { Self.settings(in: String(decoding: $0, as: UTF8.self)) }
    }

    /// The last value of `key`.
    func value(_ key: String) -> String? { settings.last { $0.key == key }?.value }

    /// The words of all values of `key` after the last empty one, which takes back those before it.
    func words(_ key: String) -> [String] {
        let values = settings.filter { $0.key == key }.map(\.value)
        let valid = values.lastIndex(of: "").map { values[($0 + 1)...] } ?? values[...]
        return valid.flatMap { $0.split(separator: " ") }.map(String.init)
    }

    private static func settings(in text: String) -> [(key: String, value: String)] {
        text.replacing("\\\n", with: " ").split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), !line.hasPrefix(";"), let equals = line.firstIndex(of: "=") else { return nil }
            let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            return (line[..<equals].trimmingCharacters(in: .whitespaces), value)
        }
    }
}
