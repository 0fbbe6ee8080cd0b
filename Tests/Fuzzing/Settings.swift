internal import Configuration
internal import Foundation

/// The secret of the seeds, in the secret file and in wrong places. The number is too large for TOML.
private let canary = "736127361273612736127"

private let folder = NSTemporaryDirectory() + "etc-\(getpid())"
private let paths = ["bellpull.toml", "sites/blog.toml", "secret"].map { "\(folder)/\($0)" }
private let source = ConfigurationSource(mainFile: paths[0], environment: ["CREDENTIALS_DIRECTORY": folder])
private let descriptors = paths.map { path in
    try? FileManager.default.createDirectory(atPath: "\(folder)/sites", withIntermediateDirectories: true)
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
}

/// Turns leak detection off: TOMLKit leaks some bytes per file, see `Document`.
@_cdecl("__lsan_is_turned_off")
public func toleratesLeaks() -> CInt { 1 }

/// Loads a main file, a site's file and a secret file, cut out of the input at bytes 0xff, which no UTF-8 text contains.
/// Expects printable messages, and settings within their limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: bytes, count: count)
    var files = input.split(separator: 0xff, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
    while files.count < 3 { files.append([]) }
    for (descriptor, file) in zip(descriptors, files) {
        precondition(ftruncate(descriptor, 0) == 0 && pwrite(descriptor, file, file.count, 0) == file.count)
    }
    let texts = files[..<2].map { String(decoding: $0, as: UTF8.self) }

    let (configuration, issues) = Configuration.loadCollectingIssues(source)
    for issue in issues + configuration.warnings {
        check(issue)
        checkPlace(of: issue, texts)
        checkSecrecy(of: issue, texts)
    }
    check(configuration)
    guard issues.isEmpty else { return 0 }
    precondition(configuration.sites.contains { $0.name == "blog" }, "neither the site nor an error")
    let haveSecrets = configuration.sites.allSatisfy { $0.secrets != nil }
    precondition(configuration.secrets != nil || haveSecrets, "neither a secret nor an error")
    return 0
}

private func check(_ issue: ConfigurationIssue) {
    for words in [issue.place, issue.message, issue.hint ?? "-"] {
        precondition(!words.isEmpty && words.utf8.count < 1500, "empty or too long: \(words)")
        let isPrintable = words.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
            default: true
            }
        }
        precondition(isPrintable, "not printable: \(words)")
    }
}

/// Expects that the issue's file exists and that the issue's line, if any, has text.
private func checkPlace(of issue: ConfigurationIssue, _ texts: [String]) {
    let path = issue.place.utf8.prefix { $0 != UInt8(ascii: ":") }
    guard let index = paths.firstIndex(of: String(Substring(path)))
    else { preconditionFailure("no such file: \(issue)") }
    guard path.endIndex < issue.place.endIndex else { return }
    let lines = texts[index].utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let line = Int(issue.place[path.endIndex...].dropFirst()), (1...lines.count).contains(line)
    else { preconditionFailure("no such line: \(issue)") }
    let holdsKey = lines[line - 1].contains { "=.[".utf8.contains($0) }
    precondition(holdsKey || issue.message.hasPrefix("is not TOML"), "nothing on that line: \(issue)")
}

/// Expects that no message contains the secret of the secret file, or a value of a file that is not TOML.
private func checkSecrecy(of issue: ConfigurationIssue, _ texts: [String]) {
    let words = issue.place + issue.message + (issue.hint ?? "")
    guard words.range(of: canary) != nil else { return }
    let values = texts.map { $0.replacing("= \(canary)", with: "").replacing("= \"\(canary)", with: "") }
    let shown = issue.message.hasPrefix("is not TOML") ? values : texts
    precondition(shown.contains { $0.range(of: canary) != nil }, "a secret is shown: \(issue)")
}

private func check(_ configuration: Configuration) {
    let durations = [configuration.answerWithin, configuration.drain, configuration.historyAge]
    let sites = configuration.sites
    let intervals = sites.map(\.timeout) + sites.compactMap(\.catchUp)
    precondition((durations + intervals).allSatisfy { $0 > .zero && $0 < .seconds(86_400_000_000) }, "odd durations")
    precondition((1...1 << 30).contains(configuration.bodyLimit), "\(configuration.bodyLimit) bytes")
    precondition((1...1024).contains(configuration.parallelDeployments), "\(configuration.parallelDeployments) at once")
    precondition((0...65_536).contains(configuration.waitingReplies), "\(configuration.waitingReplies) replies")
    precondition((1...1_000_000_000).contains(configuration.historyCount), "\(configuration.historyCount) entries")
    precondition(!configuration.isOfEnvironment, "there are files")
    for site in sites {
        precondition((1...64).contains(site.name.utf8.count), "the name \(site.name)")
        precondition(site.path.hasPrefix("/") && !site.path.contains("\0"), "the path \(site.path)")
        precondition(site.repository.map { $0.matches($0.description) } != false, "not its own repository")
        precondition(site.follows.map { $0.branch != nil || site.repository != nil } != false, "a pattern of nothing")
        let isBranch = site.follows.map { $0.branch != nil } ?? true
        precondition(site.strategy != .pull || isBranch, "a pull of \(site.follows?.description ?? "nothing")")
        let isComplete = site.follows != nil && site.repository != nil
        precondition(site.strategy == .pull || isComplete, "a mirror of nothing")
        precondition((site.strategy == .release) == (site.release != nil), "settings of another strategy")
        precondition(site.localEdits == .refuse || site.strategy == .mirror, "saved edits without a mirror")
        precondition(site.filter.paths.allSatisfy { !$0.isEmpty && !":/".contains($0.first ?? ":") }, "odd patterns")
        precondition(site.filter.skip?.isEmpty != true, "every commit is skipped")
        guard let release = site.release else { continue }
        precondition((2...1000).contains(release.keep), "\(release.keep) releases")
        precondition(release.remote?.hasPrefix("-") != true, "an option as a remote")
        precondition(release.shared.allSatisfy { !$0.isEmpty && !$0.hasPrefix("/") }, "odd shared paths")
    }
    precondition(sites.map(\.name) == sites.map(\.name).sorted(), "sites out of order")
}
