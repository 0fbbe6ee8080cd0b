internal import Text

/// The variables of the file that `environment_file` names, for the steps of a site.
struct StepVariables {
    var variables: [String: String] = [:]
    /// The path of the file; `nil` without the key.
    var path: String?

    private static let limit = 1 << 20

    /// Names that Bellpull sets itself.
    private static func isReserved(_ name: String) -> Bool {
        name.hasPrefix("BELLPULL_") || ["HOME", "TMPDIR"].contains(name)
    }

    /// Reads the file that `section` names; no variables without the key or after an error.
    init(_ section: Section, _ diagnostics: inout Diagnostics) {
        guard let text = section.text(.environmentFile, &diagnostics) else { return }
        let place = section.place(of: .environmentFile)
        guard let path = SitePath(text)?.text else {
            section.refuse(
                .environmentFile, text, "environment_file is not an absolute path: \(text.escapedForDisplay)",
                hint: Key.environmentFile.line, &diagnostics)
            return
        }
        self.path = path
        let name = "the environment file \(path.escapedForDisplay)"
        let word = ShellWord(path)
        do throws(FileError) {
            let file = try PlainFile(at: path, limit: Self.limit)
            let safe = "chown root:\(ServiceGroup.name) \(word) && chmod 640 \(word)"
            if !file.isOurs {
                diagnostics.error(at: place, "\(name) belongs to neither root nor Bellpull's user", hint: safe)
            } else if file.isWritableByGroupOrOthers {
                diagnostics.error(at: place, "\(name) is writable by more than its owner", hint: safe)
            } else if file.isReadableByOthers {
                diagnostics.warning(at: place, "\(name) is readable by all users", hint: safe)
            }
            let parsed = EnvironmentFile(text: file.text)
            for line in parsed.invalidNames.sorted() {
                diagnostics.error(
                    at: place, "\(name) has a line without a valid name: \(line.escapedForDisplay)",
                    hint: "write NAME=value, one variable on a line")
            }
            for name in parsed.variables.keys.sorted() where Self.isReserved(name) {
                diagnostics.error(
                    at: place, "the environment file sets \(name), which Bellpull sets itself",
                    hint: "remove \(name) from \(word)")
            }
            variables = parsed.variables
        } catch {
            let hint =
                error == .missing
                ? "install -D -m 640 -g \(ServiceGroup.name) /dev/null \(word)" : error.hint(path: path, mode: "640")
            diagnostics.error(at: place, "\(name) \(error.message)", hint: hint)
        }
    }
}
