import Foundation

/// The settings in the files of a systemd unit: the unit file and its drop-ins (systemd.unit(5)).
///
/// Reads only the files and does not ask systemd, as the service may not be loaded yet.
struct SystemdUnit {
    private let settings: [(key: String, value: String)]

    /// The folders of unit files, in order of precedence. `SYSTEMD_UNIT_PATH` replaces the list.
    private static let folders = [
        "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    ]

    /// Reads the unit `name`. Returns `nil` if no folder has a readable unit file of this name.
    init?(_ name: String, environment: [String: String]) {
        let folders = environment["SYSTEMD_UNIT_PATH"]?.split(separator: ":").map(String.init) ?? Self.folders
        let files = FileManager.default
        guard let main = folders.lazy.compactMap({ files.contents(atPath: "\($0)/\(name)") }).first else { return nil }
        // A drop-in replaces the drop-ins of the same name in folders with lower precedence.
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

    /// Returns the last value of `key`; `nil` if `key` is not set, or if the last value is empty and so resets `key`.
    func value(_ key: String) -> String? {
        settings.last { $0.key == key }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// Returns the words of all values of `key`. An empty value discards the values before it.
    func words(_ key: String) -> [String] {
        let values = settings.filter { $0.key == key }.map(\.value)
        let valid = values.lastIndex(of: "").map { values[($0 + 1)...] } ?? values[...]
        return valid.flatMap { $0.split(separator: " ") }.map(String.init)
    }

    /// Parses the lines of a unit file (systemd.syntax(7)). Skips section headings, as Bellpull reads no key with a
    /// meaning in two sections.
    private static func settings(in text: String) -> [(key: String, value: String)] {
        var settings: [(key: String, value: String)] = []
        var unfinished = ""
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            // A comment between continuation lines does not interrupt the value.
            guard !line.hasPrefix("#"), !line.hasPrefix(";") else { continue }
            guard !line.hasSuffix("\\") else {
                unfinished += line.dropLast() + " "
                continue
            }
            let parts = (unfinished + line).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            unfinished = ""
            guard parts.count == 2 else { continue }
            settings.append((key: trimmed(parts[0]), value: trimmed(parts[1])))
        }
        return settings
    }

    private static func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }
}
