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

    /// Reads the unit `name`, such as `bellpull@alice.service`. The file of a template, `bellpull@.service`, stands for each of its
    /// instances that has no file of its own. Returns `nil` if no folder has a readable unit file.
    init?(_ name: String, environment: [String: String]) {
        let folders = environment["SYSTEMD_UNIT_PATH"]?.split(separator: ":").map(String.init) ?? Self.folders
        let files = FileManager.default
        let (template, instance) = Self.template(of: name)
        let names = [name, template].compactMap(\.self)
        let candidates = names.flatMap { name in folders.map { "\($0)/\(name)" } }
        guard let main = candidates.lazy.compactMap(files.contents).first else { return nil }
        // A drop-in replaces the drop-ins of the same name in folders with lower precedence, and of the template.
        var dropIns: [String: String] = [:]
        for folder in names.reversed().flatMap({ name in folders.reversed().map { "\($0)/\(name).d" } }) {
            for file in (try? files.contentsOfDirectory(atPath: folder)) ?? [] where file.hasSuffix(".conf") {
                dropIns[file] = "\(folder)/\(file)"
            }
        }
        let texts = [main] + dropIns.sorted { $0.key < $1.key }.compactMap { files.contents(atPath: $0.value) }
        settings = texts.flatMap { text in
            Self.settings(in: String(decoding: text, as: UTF8.self).replacing("%i", with: instance))
        }
    }

    /// Returns the name of the template of the unit `name`, if it is an instance, and the name of the instance.
    private static func template(of name: String) -> (name: String?, instance: String) {
        guard let at = name.firstIndex(of: "@"), let dot = name.lastIndex(of: "."), at < dot else { return (nil, "") }
        let instance = name[name.index(after: at)..<dot]
        return instance.isEmpty ? (nil, "") : ("\(name[...at])\(name[dot...])", String(instance))
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
