import Configuration
import Foundation

/// A temporary folder like /etc/bellpull. `deinit` removes the folder.
final class Etc: Sendable {
    /// A secret that is long enough.
    static let secret = "0123456789abcdef0123"

    /// The group in hints about unreadable files.
    static var group: String {
        if geteuid() == 0 || geteuid() >= 1000 && getgrnam("bellpull") != nil { return "bellpull" }
        return getgrgid(getegid()).map { String(cString: $0.pointee.gr_name) } ?? ""
    }

    let path: String

    init() throws {
        var template = Array("/tmp/bellpull-etc-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Creates a folder with `files`.
    convenience init(_ files: [String: String]) throws {
        try self.init()
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Returns the path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes the file `name`, and the folders above it.
    func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws {
        try write(name, Data(text.utf8), mode: mode)
    }

    /// Writes the bytes to the file `name`.
    func write(_ name: String, _ bytes: Data, mode: mode_t = 0o600) throws {
        let url = URL(fileURLWithPath: self(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: url)
        chmod(self(name), mode)
    }

    /// Returns the source of this folder's configuration, with a secret in the environment unless `environment` is given.
    func source(
        _ environment: [String: String] = ["GITHUB_SECRET": Etc.secret], options: [String: String] = [:],
        refusesSHA1: Bool = false
    ) -> ConfigurationSource {
        ConfigurationSource(
            environment: environment, options: options, refusesSHA1: refusesSHA1,
            fallbackMainFile: self("bellpull.toml"))
    }

    /// Loads the configuration in this folder.
    func load(
        _ environment: [String: String] = ["GITHUB_SECRET": Etc.secret], options: [String: String] = [:],
        refusesSHA1: Bool = false
    ) throws -> Configuration {
        try Configuration.load(source(environment, options: options, refusesSHA1: refusesSHA1))
    }

    /// Returns the errors of the configuration in this folder.
    func issues(
        _ environment: [String: String] = ["GITHUB_SECRET": Etc.secret], options: [String: String] = [:]
    ) -> [ConfigurationIssue] {
        issues(of: source(environment, options: options))
    }

    /// Writes `text` as the file of the site `blog`, and returns the errors of the configuration.
    func issues(ofSite text: String) throws -> [ConfigurationIssue] {
        try write("sites/blog.toml", text)
        return issues()
    }

    /// Returns the errors of the configuration from `source`.
    func issues(of source: ConfigurationSource) -> [ConfigurationIssue] {
        Configuration.loadCollectingIssues(source).issues
    }
}
