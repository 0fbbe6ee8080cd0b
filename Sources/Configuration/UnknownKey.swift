/// A key that is unknown in its table.
struct UnknownKey {
    private let name: String
    private let known: [Key]

    /// Creates an unknown key of a table whose keys are `known`.
    init(_ name: String, known: [Key]) {
        self.name = name
        self.known = known
    }

    /// The remedy: another key, or another place for the key.
    var hint: String {
        // The value is probably the secret itself, and the file may be readable by all users.
        if name == "secret" || name == "secrets" {
            return "write the secret to a file of its own: \(Key.secretFile.line)"
        }
        if let elsewhere { return elsewhere }
        if let nearest = name.nearest(of: known.map(\.name)) { return "did you mean \(nearest)?" }
        return "known keys: \(known.map(\.name).joined(separator: ", "))"
    }

    private var elsewhere: String? {
        if known == Key.ofMainFile {
            if name == Key.name.name { return "move name into a [[site]] table" }
            guard Key.ofSiteFile.contains(where: { $0.name == name }) else { return nil }
            return "move \(name) to a site: to sites/NAME.toml or into a [[site]] table"
        }
        if name == Key.name.name { return "remove name: the site's name is the name of this file without .toml" }
        if name == Key.site.name { return "move the [[site]] table to the main file, or remove the line [[site]]" }
        guard Key.ofMainFile.contains(where: { $0.name == name }) else { return nil }
        return "move \(name) to the main file, before the first [[site]]"
    }
}

extension String {
    /// Returns the candidate with the smallest edit distance, or `nil` if no candidate is close.
    fileprivate func nearest(of candidates: [String]) -> String? {
        let distances = candidates.map { (candidate: $0, distance: distance(to: $0)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= Swift.max(1, Swift.min(count, best.candidate.count) / 3) ? best.candidate : nil
    }

    /// Returns the Levenshtein distance to `other`: the least number of bytes to insert, delete or replace. If either
    /// text has 64 bytes or more, returns the longer length.
    private func distance(to other: String) -> Int {
        let (left, right) = (Array(utf8), Array(other.utf8))
        guard left.count < 64, right.count < 64 else { return Swift.max(left.count, right.count) }
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, otherByte) in right.enumerated() {
                let replaced = diagonal + (byte == otherByte ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
