internal import Git
internal import Text

/// The followed refs and the strategy of a site. `pull` can follow only one branch.
struct StrategySettings {
    /// The followed refs; `nil` for the branch that is checked out.
    let follows: RefPattern?
    let strategy: StrategyName

    /// Reads `branch`, `tag` and `strategy` of `section`, and checks that a needed `repository` is set; `nil` after an
    /// error.
    init?(_ section: Section, _ diagnostics: inout Diagnostics) {
        let before = diagnostics.errors.count
        follows = Self.follows(section, &diagnostics)
        let isRefWrong = diagnostics.errors.count > before
        let named = Self.strategy(section, &diagnostics)
        let needsMirror = follows.map { $0.branch == nil } ?? false
        strategy = named ?? (needsMirror ? .mirror : .pull)
        guard !isRefWrong else { return nil }
        if needsMirror, named == .pull { refusePull(section, &diagnostics) }
        if needsMirror || named == .mirror { checkMirror(section, &diagnostics) }
        guard diagnostics.errors.count == before else { return nil }
    }

    private static func follows(_ section: Section, _ diagnostics: inout Diagnostics) -> RefPattern? {
        let branch = section.text(.branch, &diagnostics)
        let tag = section.text(.tag, &diagnostics)
        if section.contains(.branch), section.contains(.tag) {
            diagnostics.error(
                at: section.place(of: .tag), "both branch and tag are set",
                hint: "keep one of them: \(Key.branch.line) or \(Key.tag.line)")
            return nil
        }
        guard let text = branch ?? tag else { return nil }
        let pattern = branch == nil ? RefPattern(tag: text) : RefPattern(branch: text)
        if let pattern, !text.hasPrefix("refs/") { return pattern }
        let key: Key = branch == nil ? .tag : .branch
        section.refuse(
            key, text, "\(key.name) is not a valid \(key.name) name: \(text.escapedForDisplay)", hint: key.line,
            &diagnostics)
        return nil
    }

    private static func strategy(_ section: Section, _ diagnostics: inout Diagnostics) -> StrategyName? {
        guard let text = section.text(.strategy, &diagnostics) else { return nil }
        if let strategy = StrategyName(rawValue: text) { return strategy }
        let known = StrategyName.allCases.map { "\(Key.strategy.name) = \"\($0.rawValue)\"" }
        section.refuse(
            .strategy, text, "unknown strategy \(text.escapedForDisplay)", hint: known.joined(separator: " or "),
            &diagnostics)
        return nil
    }

    private func refusePull(_ section: Section, _ diagnostics: inout Diagnostics) {
        guard let follows else { return }
        let pattern = follows.description.escapedForDisplay
        let refs = follows.kind == .tag ? "the tag \(pattern)" : "the pattern of branches \(pattern)"
        let branch = follows.kind == .tag ? "replace tag with one branch" : "name one branch"
        diagnostics.error(
            at: section.place(of: .strategy), "strategy pull cannot follow \(refs)",
            hint: "remove strategy, or write strategy = \"mirror\", or \(branch): \(Key.branch.line)")
    }

    /// Checks that ref and repository are set: unlike `git pull`, a mirror cannot take them from the clone's upstream.
    private func checkMirror(_ section: Section, _ diagnostics: inout Diagnostics) {
        let needer: (key: Key, words: String) =
            switch (follows?.kind, follows?.branch) {
            case (.tag, _): (.tag, "tag")
            case (.branch, nil): (.branch, "a pattern of branches")
            default: (.strategy, "strategy mirror")
            }
        if follows == nil {
            diagnostics.error(
                at: section.place(of: .strategy), "strategy mirror needs branch or tag",
                hint: "\(Key.branch.line) or \(Key.tag.line)")
        }
        if !section.contains(.repository) {
            diagnostics.error(
                at: section.place(of: needer.key), "\(needer.words) needs repository", hint: Key.repository.line)
        }
    }
}
