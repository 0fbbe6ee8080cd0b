import Configuration
import Foundation

/// A folder like /etc/bellpull for one test, gone with it.
final class Etc: Sendable {
    /// A secret that is long enough.
    static let secret = "0123456789abcdef0123"

    let path: String

    init() throws {
        var template = Array("/tmp/bellpull-etc-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A folder with these files.
    convenience init(_ files: [String: String]) throws {
        try self.init()
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the folder.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes the file `name`, and the folders above it.
    func write(_ name: String, _ text: String, mode: mode_t = 0o600) throws {
        try write(name, Data(text.utf8), mode: mode)
    }

    /// Writes the file `name`, which need not be text.
    func write(_ name: String, _ bytes: Data, mode: mode_t = 0o600) throws {
        let url = URL(fileURLWithPath: self(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: url)
        chmod(self(name), mode)
    }

    /// Where the configuration is, with a secret in the environment unless `environment` is given.
    func source(
        _ environment: [String: String] = ["GITHUB_SECRET": Etc.secret], options: [String: String] = [:],
        refusesSHA1: Bool = false
    ) -> ConfigurationSource {
        ConfigurationSource(
            environment: environment, options: options, refusesSHA1: refusesSHA1,
            fallbackMainFile: self("bellpull.toml"))
    }

    /// The configuration in this folder.
    func load(
        _ environment: [String: String] = ["GITHUB_SECRET": Etc.secret], options: [String: String] = [:],
        refusesSHA1: Bool = false
    ) throws -> Configuration {
        try Configuration.load(source(environment, options: options, refusesSHA1: refusesSHA1))
    }

    /// What is wrong with the configuration in this folder.
    func issues(
        _ environment: [String: String] = ["GITHUB_SECRET": Etc.secret], options: [String: String] = [:]
    ) -> [ConfigurationIssue] {
        issues(of: source(environment, options: options))
    }

    /// What is wrong with the configuration in this folder, once the site `blog` is configured by `text`.
    func issues(ofSite text: String) throws -> [ConfigurationIssue] {
        try write("sites/blog.toml", text)
        return issues()
    }

    /// What is wrong with the configuration of `source`.
    func issues(of source: ConfigurationSource) -> [ConfigurationIssue] {
        do {
            _ = try Configuration.load(source)
            return []
        } catch {
            return error.issues
        }
    }
}
