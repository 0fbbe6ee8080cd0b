import Configuration
import Foundation
import Text

/// What the web server's configuration needs for a site.
struct WebServerAdvice {
    /// The path of the shared hook.
    let mount: String
    /// The lines to add; empty if the web server has them.
    let lines: [String]
    let heading: String
    let footer: String?

    /// Reads nginx's files.
    ///
    /// - Parameters:
    ///   - nginx: the path of nginx.conf, or of its folder.
    init(for settings: SiteSettings, nginx path: String, socket: String, environment: [String: String]) {
        let nginx = NginxConfiguration(at: path)
        let passes = nginx.map { FastCGIPass.find(in: $0, to: socket) } ?? []
        mount =
            passes.lazy.compactMap(\.mount).first ?? ServiceUnit.current.instance.map { "/github/~\($0)" } ?? "/github"
        let isReleased = settings.strategy == .release
        let root = isReleased ? "\(settings.path)/current" : settings.path
        if nginx.map({ Self.serves(root, $0, socket) }) == true {
            (lines, heading, footer) = ([], "", nil)
            return
        }
        lines =
            (root.contains("$") ? ["# Before the server block: \(Self.dollarBlock)"] : [])
            + (isReleased ? Self.releaseLines(root, settings.name) : Self.cloneLines(root))
        guard nginx != nil || Program("nginx", environment) != nil else {
            heading = "No nginx was found. If you install it, in the server block of the site:"
            footer = "Other web servers need the same: the folder, and the hook at \(mount)/ by FastCGI."
            return
        }
        heading = "In nginx, in the server block of the site:"
        let snippet = "\((nginx?.folder ?? "/etc/nginx"))/snippets/\(Self.file)"
        let missing = Foundation.access(snippet, F_OK) == 0 ? "" : "  (\(snippet) is missing: install it first)"
        footer = "Then: nginx -t && systemctl reload nginx\(missing)"
    }

    /// Returns whether a server has the folder `root`, or one below, and a location that leads to Bellpull.
    private static func serves(_ root: String, _ nginx: NginxConfiguration, _ socket: String) -> Bool {
        FastCGIPass.find(in: nginx, to: socket).contains { pass in
            FastCGIPass.all(pass.server ?? []).contains { directive in
                guard directive.name == "root", let folder = directive.arguments.first else { return false }
                return ResolvedPath(folder) == ResolvedPath(root) || folder.hasPrefix("\(root)/")
            }
        }
    }

    private static let dotFiles = #"location ~ /\.(?!well-known/) { return 404; }"#
    private static var file: String { ServiceUnit.current.instance.map { "bellpull-\($0).conf" } ?? "bellpull.conf" }
    private static var hook: String { "include snippets/\(file);" }

    /// The lines of nginx/example-site.conf that matter.
    private static func cloneLines(_ root: String) -> [String] {
        ["root \(word(root));", "disable_symlinks on from=$document_root;", dotFiles, hook]
    }

    /// The lines of nginx/example-release-site.conf that matter.
    private static func releaseLines(_ root: String, _ site: String) -> [String] {
        let name = variable(of: site)
        return [
            "root \(word(root));", "set \(name) \(word(root));",
            "if (-e \(name)) { set \(name) $realpath_root; }", "disable_symlinks if_not_owner from=\(name);", dotFiles,
            "location / { root \(name); try_files $uri $uri/ =404; }", hook,
        ]
    }

    /// Returns the variable for the release of the site `name`. Names of variables have only ASCII letters, digits and underscores,
    /// and one that begins with a digit would be a part of a match.
    static func variable(of name: String) -> String {
        let letters = name.unicodeScalars.map { scalar in
            scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? String(scalar) : "_"
        }.joined()
        let isNumber = letters.unicodeScalars.first.map { ("0"..."9").contains($0) } ?? true
        return "$\(isNumber ? "site_" : "")\(letters)_release"
    }

    /// The variable with a dollar sign: nginx has no other way to write one.
    private static let dollar = "${bellpull_dollar}"
    /// The block that sets the variable.
    static let dollarBlock = #"geo $bellpull_dollar { default "$"; }"#

    /// Returns `path` as one word of nginx's configuration.
    static func word(_ path: String) -> String {
        guard path.contains(where: { " \t;{}\"'\\$#".contains($0) }) else { return path }
        let escaped = path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped.replacing("$", with: dollar))\""
    }
}
