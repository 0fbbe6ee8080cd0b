internal import Git
internal import Text

/// The followed refs of a site, the strategy, and the keys of only one strategy. `pull` can follow only one branch.
struct StrategySettings {
    /// The followed refs; `nil` for the branch that is checked out.
    let follows: RefPattern?
    let strategy: StrategyName
    let localEdits: LocalEdits
    /// The settings of the strategy `release`; `nil` for the other strategies.
    let release: ReleaseSettings?

    /// Reads `branch`, `tag`, `strategy` and the keys of only one strategy in `section`, and checks that a needed
    /// `repository` is set; `nil` after an error.
    init?(_ section: Section, _ diagnostics: inout Diagnostics) {
        let before = diagnostics.errors.count
        follows = Self.follows(section, &diagnostics)
        let isRefWrong = diagnostics.errors.count > before
        let named = Self.strategy(section, &diagnostics)
        let needsMirror = follows.map { $0.branch == nil } ?? false
        strategy = named ?? (needsMirror ? .mirror : .pull)
        localEdits = LocalEdits(section, &diagnostics)
        let release = ReleaseSettings(section, &diagnostics)
        self.release = strategy == .release ? release : nil
        if section.contains(.strategy) ? named != nil : !isRefWrong { refuseForeignKeys(section, &diagnostics) }
        guard !isRefWrong else { return nil }
        if needsMirror, named == .pull { refusePull(section, &diagnostics) }
        if needsMirror || strategy != .pull { checkOrigin(section, &diagnostics) }
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

    /// The keys of only one strategy.
    private static let foreignKeys: [(keys: [Key], strategy: StrategyName)] = [
        ([.localEdits], .mirror), ([.remote, .shared, .keep, .build, .test, .health], .release),
    ]

    /// Refuses the keys of another strategy.
    private func refuseForeignKeys(_ section: Section, _ diagnostics: inout Diagnostics) {
        for (keys, owner) in Self.foreignKeys where owner != strategy {
            for key in keys where section.contains(key) {
                diagnostics.error(
                    at: section.place(of: key),
                    "\(key.name) needs strategy \(owner.rawValue), but the strategy is \(strategy.rawValue)",
                    hint: "remove \(key.name), or write strategy = \"\(owner.rawValue)\"")
            }
        }
    }

    /// Checks that ref and repository are set: unlike `git pull`, the other strategies cannot take them from the clone's
    /// upstream. The remote of a release site names the repository too.
    private func checkOrigin(_ section: Section, _ diagnostics: inout Diagnostics) {
        let needer: (key: Key, words: String) =
            switch (follows?.kind, follows?.branch) {
            case (.tag, _): (.tag, "tag")
            case (.branch, nil): (.branch, "a pattern of branches")
            default: (.strategy, "strategy \(strategy.rawValue)")
            }
        if follows == nil {
            diagnostics.error(
                at: section.place(of: .strategy), "strategy \(strategy.rawValue) needs branch or tag",
                hint: "\(Key.branch.line) or \(Key.tag.line)")
        }
        guard !section.contains(.repository) else { return }
        guard strategy == .release else {
            diagnostics.error(
                at: section.place(of: needer.key), "\(needer.words) needs repository", hint: Key.repository.line)
            return
        }
        if !section.contains(.remote) {
            diagnostics.error(
                at: section.place(of: needer.key), "\(needer.words) needs repository or remote",
                hint: "\(Key.repository.line) or \(Key.remote.line)")
        } else if let release, release.remote != nil, release.repository == nil {
            diagnostics.error(
                at: section.place(of: .remote), "remote does not tell the owner of the repository",
                hint: "add the line \(Key.repository.line)")
        }
    }
}
