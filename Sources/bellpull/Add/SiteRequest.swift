import Configuration
import Foundation
import Git
import Text

/// What a person asks `bellpull add` for, checked as far as words can be.
struct SiteRequest {
    let address: RepositoryAddress
    let name: String
    /// The name of the repository at the forge.
    let repository: RepositoryName
    let path: String
    /// The branch, the tag or the pattern; `nil` for the default branch.
    let follows: RefPattern?
    let strategy: StrategyName?
    let url: String?
    /// The file of the secret; `nil` for a file named after the site.
    let secretFile: String?
    let hostKey: String?
    /// Whether the person chose the folder.
    let hasPath: Bool

    /// The folder of the sites' folders.
    private static let root = "/srv"

    /// The options of the command, as written.
    struct Words {
        var repository: String
        var name: String?
        var path: String?
        var branch: String?
        var tag: String?
        var strategy: StrategyName?
        var url: String?
        var secretFile: String?
        var forgeName: String?
        var hostKey: String?
    }

    init(_ words: Words) throws(CommandError) {
        address = try RepositoryAddress(words.repository)
        repository = try Self.repository(address, words)
        name = try Self.name(words, repository)
        path = try Self.absolute(words.path ?? "\(Self.root)/\(name)", "--path")
        secretFile = try words.secretFile.map { (text) throws(CommandError) in try Self.absolute(text, "--secret-file")
        }
        follows = try Self.follows(words)
        (strategy, hasPath) = (words.strategy, words.path != nil)
        if let url = words.url, url.contains("@") {
            throw CommandError(.usage, "--url contains a user or a password", hint: "--url https://blog.example.com/")
        }
        if let host = words.hostKey, host.contains(where: { $0.isWhitespace || $0 == "-" }) || host.isEmpty {
            throw CommandError(
                .usage, "--host-key is not a fingerprint: \(host.escapedForDisplay)",
                hint: "--host-key SHA256:…, as ssh-keygen -l prints it")
        }
        (url, hostKey) = (words.url, words.hostKey)
    }

    private static func repository(_ address: RepositoryAddress, _ words: Words) throws(CommandError) -> RepositoryName
    {
        if let text = words.forgeName {
            guard let name = RepositoryName(text), !text.contains(":"), !text.hasSuffix(".git") else {
                throw CommandError(
                    .usage, "--repository is not OWNER/NAME: \(text.escapedForDisplay)", hint: "--repository alice/blog"
                )
            }
            return name
        }
        guard let name = address.repository else {
            throw CommandError(
                .usage, "\(address.urls[0].escapedForDisplay) does not tell the owner of the repository",
                hint: "add --repository OWNER/NAME, as the forge writes it")
        }
        return name
    }

    private static func name(_ words: Words, _ repository: RepositoryName) throws(CommandError) -> String {
        guard let text = words.name else { return SiteName(ofCloneAt: "/\(repository)").text }
        guard let name = SiteName(text) else {
            throw CommandError(.usage, "invalid site name \(text.escapedForDisplay)", hint: SiteName.rule)
        }
        return name.text
    }

    static func absolute(_ text: String, _ option: String) throws(CommandError) -> String {
        let folder = FileManager.default.currentDirectoryPath
        guard text.hasPrefix("/") else {
            let whole = URL(
                fileURLWithPath: text.isEmpty ? "." : text, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
            throw CommandError(
                .usage, "\(option) is not an absolute path: \(text.escapedForDisplay)",
                hint: "\(option) \(whole.standardized.path.quotedForShell)")
        }
        let example = option == "--path" ? "/srv/blog" : "/etc/bellpull/blog.secret"
        guard text.unicodeScalars.allSatisfy(isVisible) else {
            throw CommandError(
                .usage, "\(option) contains invisible characters: \(text.escapedForDisplay)",
                hint: "\(option) \(example)")
        }
        let path = URL(fileURLWithPath: text).standardized.path
        guard path != "/" else {
            throw CommandError(.usage, "\(option) is the root of the file system", hint: "\(option) \(example)")
        }
        return path
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func follows(_ words: Words) throws(CommandError) -> RefPattern? {
        guard words.branch == nil || words.tag == nil else {
            throw CommandError(.usage, "both --branch and --tag are given", hint: "keep one of them")
        }
        guard let text = words.branch ?? words.tag else { return nil }
        let (pattern, option) =
            words.branch == nil ? (RefPattern(tag: text), "--tag") : (RefPattern(branch: text), "--branch")
        guard let pattern, !text.hasPrefix("refs/") else {
            throw CommandError(
                .usage, "\(option) is not a valid name: \(text.escapedForDisplay)",
                hint: words.branch == nil ? "--tag 'v*'" : "--branch main")
        }
        return pattern
    }
}
